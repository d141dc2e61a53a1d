from django.urls import include, path
from django_site import *

from django.http import HttpResponse
from django.middleware.csrf import get_token

form = lambda request: HttpResponse(f'<form method="post" action="/login/auth0_openidconnect/?next=/"><input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}"></form>')
# recipe
site(apps=["social_django"], urls=lambda: [path("start", form), path("", include("social_django.urls", namespace="social"))], lines=[f"@press {APP}/start {EMAIL}"], more=dict(
    AUTHENTICATION_BACKENDS=["social_core.backends.auth0_openidconnect.Auth0OpenIdConnectAuth"],
    SOCIAL_AUTH_AUTH0_OPENIDCONNECT_DOMAIN=DOMAIN, SOCIAL_AUTH_AUTH0_OPENIDCONNECT_KEY=CLIENT_ID, SOCIAL_AUTH_AUTH0_OPENIDCONNECT_SECRET=CLIENT_SECRET,
    SOCIAL_AUTH_AUTH0_OPENIDCONNECT_SCOPE=["openid", "profile", "email"],
))
# end
