from fastapi import FastAPI, Request
from fastapi_sso.sso.generic import create_provider
from fastapi_sso.sso.base import OpenID
from kit import *

app = FastAPI()
# recipe
endpoints = {"authorization_endpoint": f"{ISSUER}authorize", "token_endpoint": f"{ISSUER}oauth/token", "userinfo_endpoint": f"{ISSUER}userinfo"}
Provider = create_provider(name="ostia", default_scope=["openid", "email"], discovery_document=endpoints, response_convertor=lambda answer, client: OpenID(email=answer["email"], id=answer["sub"]))
sso = Provider(CLIENT_ID, CLIENT_SECRET, CALLBACK, allow_insecure_http=True)


@app.get("/")
async def home():
    async with sso:
        return await sso.get_login_redirect()


@app.get("/callback")
async def callback(request: Request):
    async with sso:
        return await sso.verify_and_process(request)
# end


serve_asgi(app, SHOWS)
