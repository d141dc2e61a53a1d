import asyncio

from auth0_api_python import ApiClient, ApiClientOptions
from kit import *

# recipe
api = ApiClient(ApiClientOptions(domain=DOMAIN, audience=AUDIENCE))
# end
loop = asyncio.new_event_loop()
verifies(lambda token: loop.run_until_complete(api.verify_access_token(access_token=token)))
done()
