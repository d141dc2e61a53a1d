from django.urls import include, path
from django_site import *

# recipe
site(apps=["social_django"], urls=lambda: [path("", include("social_django.urls", namespace="social"))], lines=[f"@visit {APP}/start {EMAIL}"], more=dict(
    AUTHENTICATION_BACKENDS=["social_core.backends.auth0_openidconnect.Auth0OpenIdConnectAuth"],
    SOCIAL_AUTH_AUTH0_OPENIDCONNECT_DOMAIN=DOMAIN, SOCIAL_AUTH_AUTH0_OPENIDCONNECT_KEY=CLIENT_ID, SOCIAL_AUTH_AUTH0_OPENIDCONNECT_SECRET=CLIENT_SECRET,
    SOCIAL_AUTH_AUTH0_OPENIDCONNECT_SCOPE=["openid", "profile", "email"],
))
# end
