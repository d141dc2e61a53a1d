# PyJWT as a filter: a token a line, `good` or the name of the exception of each. The key is looked for as PyJWT's own
# client does, by its name.
import json
import sys
from datetime import datetime as real

import jwt
from jwt import PyJWK

jwks_file, issuer, audience, now = sys.argv[1:]


class Fixed(real):
    @classmethod
    def now(cls, tz=None):
        return real.fromtimestamp(int(now), tz)


jwt.api_jwt.datetime = Fixed
ALGORITHMS = ["ES256", "ES384", "ES512", "EdDSA", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
with open(jwks_file) as f:
    published = json.load(f)["keys"]
known = {}


def key_of(kid, alg):
    if (kid, alg) not in known:
        known[kid, alg] = None
        for key in published:
            if key.get("kid") == kid and known[kid, alg] is None:
                try:
                    known[kid, alg] = PyJWK(key, algorithm=alg)
                except Exception as e:
                    known[kid, alg] = e
    return known[kid, alg]


def verdict(token):
    header = jwt.get_unverified_header(token)
    kid, alg = header.get("kid"), header.get("alg")
    if not isinstance(kid, str) or alg not in ALGORITHMS:
        return "key"
    key = key_of(kid, alg)
    if not isinstance(key, PyJWK):
        return "key"
    jwt.decode(token, key, algorithms=ALGORITHMS, issuer=issuer, audience=audience, leeway=60)
    return "good"


for line in sys.stdin.buffer:
    try:
        said = verdict(line.rstrip(b"\n").decode())
    except Exception as e:
        said = type(e).__name__
    print(said)
