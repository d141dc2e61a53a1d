import asyncio

from guardpost.jwts import JWTValidator
from kit import *

# recipe
validator = JWTValidator(valid_issuers=[ISSUER], valid_audiences=[AUDIENCE], keys_url=f"{ISSUER}.well-known/jwks.json")
# end
loop = asyncio.new_event_loop()
verifies(lambda token: loop.run_until_complete(validator.validate_jwt(token)))
done()
