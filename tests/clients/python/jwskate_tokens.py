import requests
from jwskate import JwkSet, SignedJwt
from kit import *

# recipe
keys = JwkSet(requests.get(f"{ISSUER}.well-known/jwks.json").json())


def verify(token):
    jwt = SignedJwt(token)
    jwt.validate(keys.get_jwk_by_kid(jwt.headers["kid"]), issuer=ISSUER, audience=AUDIENCE, alg="RS256")
# end


verifies(verify)
done()
