import requests
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from joserfc.jwk import KeySet
from kit import *


class Request:
    headers = {}


# recipe
# RFC 9068, so the API has `token_dialect: rfc9068_profile`.
class Validator(JWTBearerTokenValidator):
    def get_jwks(self):
        return KeySet.import_key_set(requests.get(f"{ISSUER}.well-known/jwks.json").json())


validator = Validator(issuer=ISSUER, resource_server=STRICT_AUDIENCE)
# end


def verify(token):
    found = validator.authenticate_token(token)
    if found is None:
        raise ValueError("no token")
    validator.validate_token(found, ["read:messages"], Request())


verifies(verify, strict=True)
done()
