from authlib.integrations.requests_client import OAuth2Session
from kit import *

# recipe
client = OAuth2Session(CLIENT_ID, CLIENT_SECRET, scope="openid email offline_access", redirect_uri=CALLBACK, code_challenge_method="S256", token_endpoint_auth_method="client_secret_post")
verifier = "v" * 48
url, state = client.create_authorization_url(f"{ISSUER}authorize", code_verifier=verifier)
token = client.fetch_token(f"{ISSUER}oauth/token", authorization_response=sign_in(url), code_verifier=verifier)
user = client.get(f"{ISSUER}userinfo").json()
renewed = client.refresh_token(f"{ISSUER}oauth/token")
# end
expect(user["email"] == EMAIL and renewed["access_token"], "profile")
done()
