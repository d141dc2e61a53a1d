#!/bin/sh
# social-auth-core's Auth0 backend asks for another callback at every login.
#
# Seen with: social-auth-core 7.0.0, Python 3.11, Linux x86-64, on 2026-12-01.
# What: `Auth0OAuth2` has REDIRECT_STATE on, so the `redirect_uri` that it sends is the application's callback with `?redirect_state=` and a
# random value. RFC 9700 section 4.1.3 has authorities compare callbacks exactly, so there is no address that could be registered, and each
# login is refused. `auth0_openidconnect` of the same package sends the callback as it is.
# Who it hurts: whoever configures `auth0`, and not `auth0_openidconnect`, at an authority that compares exactly.
# Output seen:
#   auth0:               https://app.example/complete/auth0/?redirect_state=a-random-value
#   auth0_openidconnect: https://app.example/complete/auth0_openidconnect/
# Fails (exit 1) if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q --disable-pip-version-check social-auth-core==7.0.0
cat > callbacks.py <<'PY'
import sys
from urllib.parse import parse_qs, urlsplit

from social_core.backends.auth0 import Auth0OAuth2
from social_core.backends.auth0_openidconnect import Auth0OpenIdConnectAuth
from social_core.strategy import BaseStrategy


class Strategy(BaseStrategy):
    kept = {}

    def get_setting(self, name):
        return {"SOCIAL_AUTH_AUTH0_DOMAIN": "login.example.com", "SOCIAL_AUTH_AUTH0_KEY": "id", "SOCIAL_AUTH_AUTH0_SECRET": "s"}[name]

    def request_data(self, merge=True):
        return {}

    def session_get(self, name, default=None):
        return self.kept.get(name, default)

    def session_set(self, name, value):
        self.kept[name] = value

    def build_absolute_uri(self, path=None):
        return path


sent = {}
for backend in (Auth0OAuth2, Auth0OpenIdConnectAuth):
    callback = f"https://app.example/complete/{backend.name}/"
    made = backend(Strategy(), callback)
    sent[backend.name] = made.get_redirect_uri("a-random-value")
    print(f"{backend.name + ':':20} {sent[backend.name]}")
sys.exit(0 if "redirect_state=" in sent["auth0"] and "?" not in sent["auth0_openidconnect"] else 1)
PY
venv/bin/python callbacks.py
