import asyncio

from auth0_server_python.auth_server.server_client import ServerClient
from auth0_server_python.store import AbstractDataStore
from kit import *


class Memory(AbstractDataStore):
    def __init__(self, options):
        super().__init__(options)
        self.kept = {}

    async def set(self, identifier, state, remove_if_expires=False, options=None):
        self.kept[identifier] = state

    async def get(self, identifier, options=None):
        return self.kept.get(identifier)

    async def delete(self, identifier, options=None):
        self.kept.pop(identifier, None)

    async def delete_by_logout_token(self, claims, options=None):
        pass


async def main():
    # recipe
    auth0 = ServerClient(domain=DOMAIN, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, redirect_uri=CALLBACK, secret="x" * 40,
                         state_store=Memory({"secret": "x" * 40}), transaction_store=Memory({"secret": "x" * 40}), authorization_params={"scope": "openid profile email"})
    back = sign_in(await auth0.start_interactive_login())
    await auth0.complete_interactive_login(back)
    user = await auth0.get_user()
    # end
    expect(user["email"] == EMAIL, "profile")


asyncio.run(main())
done()
