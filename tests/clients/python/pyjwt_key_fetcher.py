import asyncio

from kit import *
from pyjwt_key_fetcher import AsyncKeyFetcher
import jwt

# recipe
fetcher = AsyncKeyFetcher(valid_issuers=[ISSUER])


async def fetched(token):
    entry = await fetcher.get_key(token)
    return jwt.decode(jwt=token, options={"verify_exp": True}, audience=AUDIENCE, issuer=ISSUER, **entry)
# end


loop = asyncio.new_event_loop()
verifies(lambda token: loop.run_until_complete(fetched(token)))
done()
