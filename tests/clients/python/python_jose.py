import requests
from jose import jwt
from kit import *

# recipe
keys = requests.get(f"{ISSUER}.well-known/jwks.json").json()


def verify(token):
    return jwt.decode(token, keys, algorithms=["RS256"], audience=AUDIENCE, issuer=ISSUER)
# end


verifies(verify)
done()
