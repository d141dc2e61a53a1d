from fastapi_plugin.fast_api_client import Auth0FastAPI
from fastapi import Depends, FastAPI
from kit import *

app = FastAPI()
# recipe
auth0 = Auth0FastAPI(domain=DOMAIN, audience=AUDIENCE)


@app.get("/")
async def home(claims: dict = Depends(auth0.require_auth())):
    return claims
# end


serve_asgi(app, SERVES)
