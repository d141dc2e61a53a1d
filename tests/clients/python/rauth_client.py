from kit import *
from rauth import OAuth2Service

# recipe
service = OAuth2Service(name="ostia", client_id=CLIENT_ID, client_secret=CLIENT_SECRET, authorize_url=f"{ISSUER}authorize", access_token_url=f"{ISSUER}oauth/token", base_url=ISSUER)
back = sign_in(service.get_authorize_url(scope="openid email", response_type="code", redirect_uri=CALLBACK, state="state"))
session = service.get_auth_session(data={"code": code_of(back), "grant_type": "authorization_code", "redirect_uri": CALLBACK}, decoder=lambda body: __import__("json").loads(body))
user = session.get("userinfo").json()
# end
expect(user["email"] == EMAIL, "profile")
done()
