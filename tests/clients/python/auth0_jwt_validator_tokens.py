from auth0_jwt_validator import AccessTokenValidator
from kit import *

# recipe
from auth0_jwt_validator import get_jwks
validator = AccessTokenValidator(audience=AUDIENCE, issuer=ISSUER, jwks=get_jwks(f"{ISSUER}.well-known/jwks.json"))
# end
verifies(validator.validate)
done()
