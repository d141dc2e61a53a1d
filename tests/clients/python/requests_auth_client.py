import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import requests
from requests_auth import OAuth2ClientCredentials
from kit import *


class Echo(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write((self.headers.get("authorization") or "").encode())

    def log_message(self, *_):
        pass


threading.Thread(target=HTTPServer(("localhost", PORT), Echo).serve_forever, daemon=True).start()
# recipe
auth = OAuth2ClientCredentials(f"{ISSUER}oauth/token", client_id=CLIENT_ID, client_secret=CLIENT_SECRET, audience=AUDIENCE)
answer = requests.get(APP, auth=auth)
# end
expect(answer.text.startswith("Bearer ey"), "the request has a token")
done()
