import os

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
from flask import Flask, redirect
from flask_dance.consumer import OAuth2ConsumerBlueprint
from kit import *

app = Flask(__name__)
app.secret_key = "x" * 40
# recipe
ostia = OAuth2ConsumerBlueprint("ostia", __name__, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, scope=["openid", "profile", "email"],
                                base_url=ISSUER, token_url=f"{ISSUER}oauth/token", authorization_url=f"{ISSUER}authorize")
app.register_blueprint(ostia)


@app.get("/")
def home():
    return ostia.session.get("userinfo").json() if ostia.session.authorized else redirect("/ostia")
# end


serve_wsgi(app, SHOWS)
