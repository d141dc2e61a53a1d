import json

import jwt
import requests
from flask import Flask, jsonify
from flask_jwt_extended import get_jwt, jwt_required, JWTManager
from kit import *

app = Flask(__name__)
# recipe
key = requests.get(f"{ISSUER}.well-known/jwks.json").json()["keys"][0]
app.config.update(JWT_ALGORITHM="RS256", JWT_PUBLIC_KEY=jwt.PyJWK(key).key, JWT_DECODE_AUDIENCE=AUDIENCE, JWT_DECODE_ISSUER=ISSUER, JWT_IDENTITY_CLAIM="sub")
JWTManager(app)


@app.get("/")
@jwt_required()
def home():
    return jsonify(get_jwt())
# end


serve_wsgi(app, SERVES)
