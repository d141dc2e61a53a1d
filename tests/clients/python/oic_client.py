from kit import *
from oic.oic import Client
from oic.oic.message import AuthorizationResponse, RegistrationResponse
from oic.utils.authn.client import CLIENT_AUTHN_METHOD

# recipe
client = Client(client_authn_method=CLIENT_AUTHN_METHOD)
client.provider_config(ISSUER)
client.store_registration_info(RegistrationResponse(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, redirect_uris=[CALLBACK], token_endpoint_auth_method="client_secret_post"))
request = client.construct_AuthorizationRequest(request_args={"response_type": "code", "scope": "openid email", "redirect_uri": CALLBACK, "state": "state", "nonce": "nonce"})
back = sign_in(request.request(client.authorization_endpoint))
answer = client.parse_response(AuthorizationResponse, info=back.split("?")[1], sformat="urlencoded")
tokens = client.do_access_token_request(state="state", request_args={"code": answer["code"], "redirect_uri": CALLBACK}, authn_method="client_secret_post")
user = client.do_user_info_request(state="state")
# end
expect(tokens["id_token"]["nonce"] == "nonce" and user["email"] == EMAIL, "profile")
done()
