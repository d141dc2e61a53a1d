from django_api import *

# recipe
SIMPLE_JWT = {
    "ALGORITHM": "RS256", "JWK_URL": f"{ISSUER}.well-known/jwks.json", "AUDIENCE": AUDIENCE, "ISSUER": ISSUER,
    "USER_ID_CLAIM": "sub", "TOKEN_TYPE_CLAIM": None, "JTI_CLAIM": None,
}
api("rest_framework_simplejwt.authentication.JWTStatelessUserAuthentication", {"SIMPLE_JWT": SIMPLE_JWT})
# end
