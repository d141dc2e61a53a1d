from kit import *
from requests_oauth2client import OAuth2Client

# recipe
client = OAuth2Client.from_discovery_endpoint(f"{ISSUER}.well-known/openid-configuration", issuer=ISSUER, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, redirect_uri=CALLBACK)
request = client.authorization_request(scope="openid email offline_access")
token = client.authorization_code(request.validate_callback(sign_in(str(request))), validate=True)
user = client.userinfo(token)
renewed = client.refresh_token(token)
machine = client.client_credentials(audience=AUDIENCE)
# end
expect(user["email"] == EMAIL and renewed.access_token and machine.access_token, "profile")
done()
