from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session
from kit import *

app = Flask(__name__)
app.secret_key = "x" * 40
# recipe
oauth = OAuth(app)
oauth.register("ostia", client_id=CLIENT_ID, client_secret=CLIENT_SECRET, server_metadata_url=f"{ISSUER}.well-known/openid-configuration",
               client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"})


@app.get("/")
def home():
    return session["user"] if "user" in session else oauth.ostia.authorize_redirect(CALLBACK)


@app.get("/callback")
def callback():
    session["user"] = oauth.ostia.authorize_access_token()["userinfo"]
    return redirect("/")
# end


serve_wsgi(app, SHOWS)
