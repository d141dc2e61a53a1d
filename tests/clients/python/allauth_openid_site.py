from django.urls import include, path
from django_site import *

# recipe
site(apps=["allauth", "allauth.account", "allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"], middleware=["allauth.account.middleware.AccountMiddleware"],
     urls=lambda: [path("accounts/", include("allauth.urls"))], lines=[f"@visit {APP}/accounts/oidc/ostia/login/ {EMAIL}"], more=dict(
    AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"], SOCIALACCOUNT_LOGIN_ON_GET=True, ACCOUNT_EMAIL_VERIFICATION="none",
    SOCIALACCOUNT_PROVIDERS={"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [{"provider_id": "ostia", "name": "Ostia", "client_id": CLIENT_ID, "secret": CLIENT_SECRET, "settings": {"server_url": ISSUER}}]}},
))
# end
