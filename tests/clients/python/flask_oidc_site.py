from flask import Flask, g
from flask_oidc import OpenIDConnect
from kit import *

app = Flask(__name__)
# recipe
app.config.update(SECRET_KEY="x" * 40, OIDC_CLIENT_SECRETS={"web": {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "issuer": ISSUER, "auth_uri": f"{ISSUER}authorize", "token_uri": f"{ISSUER}oauth/token", "userinfo_uri": f"{ISSUER}userinfo"}},
                  OIDC_SERVER_METADATA_URL=f"{ISSUER}.well-known/openid-configuration", OIDC_SCOPES="openid email profile", OIDC_CALLBACK_ROUTE="/callback")
oidc = OpenIDConnect(app)


@app.get("/")
@oidc.require_login
def home():
    return {"email": g.oidc_user.email}
# end


serve_wsgi(app, SHOWS)
