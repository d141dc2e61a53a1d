from urllib.parse import parse_qsl, urlsplit

from idpyoidc.client.rp_handler import RPHandler
from kit import *

# recipe
rp = RPHandler(base_url=APP, client_configs={"ostia": {
    "issuer": ISSUER, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uris": [CALLBACK], "client_type": "oidc",
    "preference": {"response_types_supported": ["code"], "scopes_supported": ["openid", "email"], "token_endpoint_auth_methods_supported": ["client_secret_post"]},
    "client_authn_methods": ["client_secret_basic", "client_secret_post"],
    "add_ons": {"pkce": {"function": "idpyoidc.client.oauth2.add_on.pkce.add_support", "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"}}},
}}, httpc_params={"verify": CA})
begun = rp.begin("ostia")
begun = begun if isinstance(begun, str) else begun["url"]
back = dict(parse_qsl(urlsplit(sign_in(begun)).query))
result = rp.finalize(ISSUER, back)
# end
expect(result["userinfo"]["email"] == EMAIL, "profile")
done()
