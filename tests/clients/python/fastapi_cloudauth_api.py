from fastapi import Depends, FastAPI
from fastapi_cloudauth.auth0 import Auth0
from kit import *
from pydantic import BaseModel

app = FastAPI()
# recipe
auth = Auth0(domain=DOMAIN, customAPI=AUDIENCE)


class Claims(BaseModel):
    sub: str


@app.get("/")
def home(claims: Claims = Depends(auth.claim(Claims))):
    return claims
# end


serve_asgi(app, SERVES)
