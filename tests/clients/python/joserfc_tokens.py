import requests
from joserfc import jwt
from joserfc.jwk import KeySet
from kit import *

# recipe
keys = KeySet.import_key_set(requests.get(f"{ISSUER}.well-known/jwks.json").json())
claims = jwt.JWTClaimsRegistry(iss={"essential": True, "value": ISSUER}, aud={"essential": True, "value": AUDIENCE})


def verify(token):
    claims.validate(jwt.decode(token, keys, algorithms=["RS256"]).claims)
# end


verifies(verify)
done()
