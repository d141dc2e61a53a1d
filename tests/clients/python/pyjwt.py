import jwt
from kit import *

# recipe
keys = jwt.PyJWKClient(f"{ISSUER}.well-known/jwks.json")


def verify(token):
    return jwt.decode(token, keys.get_signing_key_from_jwt(token).key, algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER)
# end


verifies(verify)
done()
