import requests
from kit import *
from oauthlib.oauth2 import BackendApplicationClient

# recipe
client = BackendApplicationClient(CLIENT_ID)
body = client.prepare_request_body(audience=AUDIENCE, client_secret=CLIENT_SECRET, include_client_id=True)
answer = requests.post(f"{ISSUER}oauth/token", data=body, headers={"content-type": "application/x-www-form-urlencoded"})
token = client.parse_request_body_response(answer.text)
# end
expect(token["access_token"], "a token")
done()
