import asyncio

from httpx_oauth.clients.openid import OpenID
from kit import *


async def main():
    # recipe
    client = OpenID(CLIENT_ID, CLIENT_SECRET, f"{ISSUER}.well-known/openid-configuration")
    back = sign_in(await client.get_authorization_url(CALLBACK, state="state", scope=["openid", "email", "offline_access"]))
    token = await client.get_access_token(code_of(back), CALLBACK)
    user_id, email = await client.get_id_email(token["access_token"])
    renewed = await client.refresh_token(token["refresh_token"])
    # end
    expect(email == EMAIL and renewed["access_token"], "profile")


asyncio.run(main())
done()
