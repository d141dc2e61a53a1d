from flask import Flask, jsonify
from flask_pyoidc import OIDCAuthentication
from flask_pyoidc.provider_configuration import ClientMetadata, ProviderConfiguration
from flask_pyoidc.user_session import UserSession
from flask import session
from kit import *

app = Flask(__name__)
# recipe
# `ostia.compat: openid` of the application: this library takes a number for `updated_at` only.
app.config.update(SECRET_KEY="x" * 40, OIDC_REDIRECT_URI=CALLBACK)
provider = ProviderConfiguration(issuer=ISSUER, client_metadata=ClientMetadata(CLIENT_ID, CLIENT_SECRET), auth_request_params={"scope": ["openid", "profile", "email"]})
auth = OIDCAuthentication({"ostia": provider}, app)


@app.get("/")
@auth.oidc_auth("ostia")
def home():
    return jsonify(UserSession(session).userinfo)
# end


serve_wsgi(app, SHOWS)
