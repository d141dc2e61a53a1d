from django_api import *


# recipe
def user_of(request, claims):
    return type("User", (), {"is_authenticated": True, "__str__": lambda self: claims["sub"]})()


OIDC_AUTH = {
    "OIDC_ENDPOINT": ISSUER, "JWT_AUTH_HEADER_PREFIX": "Bearer", "OIDC_RESOLVE_USER_FUNCTION": user_of,
    "OIDC_CLAIMS_OPTIONS": {"aud": {"essential": True, "values": [AUDIENCE]}},
}
api("oidc_auth.authentication.JSONWebTokenAuthentication", {"OIDC_AUTH": OIDC_AUTH})
# end
