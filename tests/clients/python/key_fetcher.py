import asyncio

from kit import *
from pyjwt_key_fetcher import AsyncKeyFetcher
import jwt

# recipe
async def fetched(token):
    fetcher = AsyncKeyFetcher(valid_issuers=[ISSUER])
    entry = await fetcher.get_key(token)
    return jwt.decode(jwt=token, audience=AUDIENCE, issuer=ISSUER, **entry)
# end


loop = asyncio.new_event_loop()
verifies(lambda token: loop.run_until_complete(fetched(token)))
done()
