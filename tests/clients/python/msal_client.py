from kit import *
from msal import ConfidentialClientApplication
from urllib.parse import parse_qsl, urlsplit

# recipe
client = ConfidentialClientApplication(CLIENT_ID, client_credential=CLIENT_SECRET, oidc_authority=ISSUER)
flow = client.initiate_auth_code_flow(["email"], redirect_uri=CALLBACK)
result = client.acquire_token_by_auth_code_flow(flow, dict(parse_qsl(urlsplit(sign_in(flow["auth_uri"])).query)))
# end
expect(result.get("id_token_claims", {}).get("sub") == "auth0|ada", str(result))
done()
