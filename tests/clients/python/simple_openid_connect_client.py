from kit import *
from simple_openid_connect.client import OpenidClient

# recipe
client = OpenidClient.from_issuer_url(ISSUER.rstrip("/"), authentication_redirect_uri=CALLBACK, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, scope="openid email")
back = sign_in(client.authorization_code_flow.start_authentication())
tokens = client.authorization_code_flow.handle_authentication_result(back)
user = client.fetch_userinfo(tokens.access_token)
# end
expect(client.decode_id_token(tokens.id_token).sub == user.sub, "profile")
done()
