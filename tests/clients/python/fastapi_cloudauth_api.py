from fastapi import Depends, FastAPI
from fastapi_cloudauth.auth0 import Auth0
from kit import *

app = FastAPI()
# recipe
auth = Auth0(domain=DOMAIN, customAPI=AUDIENCE)


@app.get("/", dependencies=[Depends(auth.scope(["read:messages"]))])
def home():
    return "in"
# end


serve_asgi(app, SERVES)
