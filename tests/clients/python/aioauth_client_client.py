import asyncio

from aioauth_client import OAuth2Client
from kit import *


async def main():
    # recipe
    client = OAuth2Client(CLIENT_ID, CLIENT_SECRET, base_url=ISSUER, authorize_url=f"{ISSUER}authorize", access_token_url=f"{ISSUER}oauth/token")
    back = sign_in(client.get_authorize_url(redirect_uri=CALLBACK, scope="openid email", state="state"))
    token, data = await client.get_access_token(code_of(back), redirect_uri=CALLBACK)
    user = await client.request("GET", "userinfo")
    # end
    expect(user["email"] == EMAIL, "profile")


asyncio.run(main())
done()
