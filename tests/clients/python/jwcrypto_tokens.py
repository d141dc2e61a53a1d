import requests
from jwcrypto import jwk, jwt
from kit import *

# recipe
keys = jwk.JWKSet.from_json(requests.get(f"{ISSUER}.well-known/jwks.json").text)


def verify(token):
    return jwt.JWT(jwt=token, key=keys, algs=["RS256"], check_claims={"iss": ISSUER, "aud": AUDIENCE, "exp": None}).claims
# end


verifies(verify)
done()
