from auth0_fastapi.auth.auth_client import AuthClient
from auth0_fastapi.config import Auth0Config
from auth0_fastapi.server.routes import register_auth_routes, router
from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from kit import *
from starlette.middleware.sessions import SessionMiddleware

app = FastAPI()
# recipe
app.add_middleware(SessionMiddleware, secret_key="x" * 40)
config = Auth0Config(domain=DOMAIN, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, app_base_url=APP, secret="x" * 40)
auth = AuthClient(config)
app.state.config, app.state.auth_client = config, auth
register_auth_routes(router, config)
app.include_router(router)


@app.get("/")
async def home(request: Request, response: Response):
    user = await auth.client.get_user(store_options={"request": request, "response": response})
    return user or RedirectResponse("/auth/login")
# end


serve_asgi(app, SHOWS)
