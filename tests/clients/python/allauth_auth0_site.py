from django.urls import include, path
from django_site import *

# recipe
site(apps=["allauth", "allauth.account", "allauth.socialaccount", "allauth.socialaccount.providers.auth0"], middleware=["allauth.account.middleware.AccountMiddleware"],
     urls=lambda: [path("accounts/", include("allauth.urls"))], lines=[f"@visit {APP}/accounts/auth0/login/ {EMAIL}"], more=dict(
    AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"], SOCIALACCOUNT_LOGIN_ON_GET=True, ACCOUNT_EMAIL_VERIFICATION="none",
    SOCIALACCOUNT_PROVIDERS={"auth0": {"AUTH0_URL": f"https://{DOMAIN}", "OAUTH_PKCE_ENABLED": True, "APPS": [{"client_id": CLIENT_ID, "secret": CLIENT_SECRET}]}},
))
# end
