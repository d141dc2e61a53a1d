from cryptojwt import KeyBundle, KeyJar
from cryptojwt.jwt import JWT
from kit import *

# recipe
keys = KeyJar()
keys.add_kb(ISSUER, KeyBundle(source=f"{ISSUER}.well-known/jwks.json", httpc_params={"verify": CA}))


def verify(token):
    claims = JWT(keys, allowed_sign_algs=["RS256"]).unpack(token)
    aud = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    return AUDIENCE in aud
# end


verifies(verify)
done()
