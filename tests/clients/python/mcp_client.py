import asyncio
import threading

import jwt
from kit import *
from mcp.client.auth import OAuthClientProvider
from mcp.client.session import ClientSession
from mcp.client.streamable_http import streamablehttp_client
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.fastmcp import FastMCP
from mcp.shared.auth import OAuthClientMetadata

URL = f"{APP}/mcp"


class Memory:
    tokens = client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


# recipe
# Nothing is registered by hand: the tenant has `enable_dynamic_client_registration` and `resource_parameter_profile: compatibility`.
keys = jwt.PyJWKClient(f"{ISSUER}.well-known/jwks.json")


class Verifier:
    async def verify_token(self, token):
        claims = jwt.decode(token, keys.get_signing_key_from_jwt(token).key, algorithms=["RS256"], audience=URL, issuer=ISSUER)
        return AccessToken(token=token, client_id=claims.get("client_id", claims.get("azp")), scopes=claims.get("scope", "").split(), expires_at=claims["exp"])


server = FastMCP("server", host="localhost", port=PORT, token_verifier=Verifier(), auth=AuthSettings(issuer_url=ISSUER, resource_server_url=URL, required_scopes=[]))
# end
server.tool(name="add")(lambda a, b: a + b)
threading.Thread(target=lambda: server.run(transport="streamable-http"), daemon=True).start()
back = {}


async def opened(url):
    back["to"] = await asyncio.to_thread(sign_in, url)


async def called():
    query = parse_qs(urlsplit(back["to"]).query)
    return query["code"][0], query.get("state", [None])[0]


async def main():
    import socket
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("localhost", PORT)) == 0:
                break
        await asyncio.sleep(0.05)
    metadata = OAuthClientMetadata(client_name="An MCP client", redirect_uris=[CALLBACK], grant_types=["authorization_code", "refresh_token"], response_types=["code"], token_endpoint_auth_method="none")
    provider = OAuthClientProvider(server_url=URL, client_metadata=metadata, storage=Memory(), redirect_handler=opened, callback_handler=called)
    async with streamablehttp_client(URL, auth=provider) as (read, write, _):
        async with ClientSession(read, write) as session:
            await session.initialize()
            expect((await session.list_tools()).tools[0].name == "add", "a tool")
    done()


asyncio.run(main())
