from blacksheep import Application, auth
from blacksheep.server.authentication.jwt import JWTBearerAuthentication
from guardpost import Policy
from guardpost.common import AuthenticatedRequirement
from kit import *

app = Application()
# recipe
app.use_authentication().add(JWTBearerAuthentication(authority=ISSUER, valid_issuers=[ISSUER], valid_audiences=[AUDIENCE]))
app.use_authorization().add(Policy("in", AuthenticatedRequirement()))


@auth("in")
@app.router.get("/")
async def home():
    return "in"
# end


serve_asgi(app, SERVES)
