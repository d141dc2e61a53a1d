from auth0_jwt_validator import AccessTokenVerifier
from kit import *

# recipe
verifier = AccessTokenVerifier(f"{ISSUER}.well-known/jwks.json", ISSUER, AUDIENCE)
# end
verifies(lambda token: verifier.verify(token, required_scopes=["read:messages"]))
done()
