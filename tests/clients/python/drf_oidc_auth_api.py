from django_api import *


def user_of(request, token):
    return type("User", (), {"is_authenticated": True, "__str__": lambda self: token["sub"]})()


# recipe
OIDC_AUTH = {
    "OIDC_ENDPOINT": ISSUER.rstrip("/"), "OIDC_CLAIMS_OPTIONS": {"iss": {"essential": True, "value": ISSUER}, "aud": {"essential": True, "values": [AUDIENCE]}},
    "OIDC_RESOLVE_USER_FUNCTION": user_of, "OIDC_BEARER_AUTH_HEADER_PREFIX": "Bearer", "OIDC_JWT_AUTH_HEADER_PREFIX": "Bearer",
    "JWT_ISSUERS": {ISSUER: {"OIDC_ENDPOINT": ISSUER.rstrip("/"), "OIDC_CLAIMS_OPTIONS": {"iss": {"essential": True, "value": ISSUER}, "aud": {"essential": True, "values": [AUDIENCE]}}}},
}
api("oidc_auth.authentication.JSONWebTokenAuthentication", {"OIDC_AUTH": OIDC_AUTH, "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}})
# end
