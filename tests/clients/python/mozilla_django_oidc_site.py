from django.urls import include, path
from django_site import *

# recipe
site(apps=["mozilla_django_oidc"], urls=lambda: [path("oidc/", include("mozilla_django_oidc.urls"))], more=dict(
    AUTHENTICATION_BACKENDS=["mozilla_django_oidc.auth.OIDCAuthenticationBackend"], LOGIN_URL="/oidc/authenticate/",
    OIDC_RP_CLIENT_ID=CLIENT_ID, OIDC_RP_CLIENT_SECRET=CLIENT_SECRET, OIDC_RP_SIGN_ALGO="RS256", OIDC_RP_SCOPES="openid email profile",
    OIDC_OP_AUTHORIZATION_ENDPOINT=f"{ISSUER}authorize", OIDC_OP_TOKEN_ENDPOINT=f"{ISSUER}oauth/token",
    OIDC_OP_USER_ENDPOINT=f"{ISSUER}userinfo", OIDC_OP_JWKS_ENDPOINT=f"{ISSUER}.well-known/jwks.json",
))
# end
