from auth0.authentication import Database, GetToken, Users
from auth0.authentication.token_verifier import AsymmetricSignatureVerifier, TokenVerifier
from auth0.management import ManagementClient
from kit import *

# recipe
get_token = GetToken(DOMAIN, CLIENT_ID, client_secret=CLIENT_SECRET)
token = get_token.login(EMAIL, PASSWORD, scope="openid email offline_access", realm="Username-Password-Authentication", audience=AUDIENCE)
user = Users(DOMAIN).userinfo(token["access_token"])
renewed = get_token.refresh_token(token["refresh_token"])
TokenVerifier(AsymmetricSignatureVerifier(f"{ISSUER}.well-known/jwks.json"), issuer=ISSUER, audience=CLIENT_ID).verify(token["id_token"])
management = ManagementClient(domain=DOMAIN, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
users = list(management.users.list())
# end
expect(user["email"] == EMAIL and renewed["access_token"] and any(u.email == EMAIL for u in users), "profile")
Database(DOMAIN, CLIENT_ID).signup("python@example.com", "Correct-Horse-9", "Username-Password-Authentication")
done()
