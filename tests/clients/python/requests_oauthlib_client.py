from kit import *
from requests_oauthlib import OAuth2Session

# recipe
session = OAuth2Session(CLIENT_ID, redirect_uri=CALLBACK, scope=["openid", "profile", "email", "offline_access"], pkce="S256")
url, state = session.authorization_url(f"{ISSUER}authorize")
back = sign_in(url)
token = session.fetch_token(f"{ISSUER}oauth/token", code=code_of(back), client_secret=CLIENT_SECRET, include_client_id=True)
user = session.get(f"{ISSUER}userinfo").json()
renewed = session.refresh_token(f"{ISSUER}oauth/token", client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
# end
expect(user["email"] == EMAIL and renewed["access_token"] != token["id_token"], "profile")
done()
