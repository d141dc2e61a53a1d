#!/bin/sh
# git-credential-oauth of Debian 12 sends a code verifier that RFC 7636 does not allow.
#
# Seen with: Debian 12's git-credential-oauth 0.4.2-1+b2, Python 3.11, curl 7.88, Linux x86-64, on 2026-12-01.
# What: RFC 7636 section 4.1 gives a code_verifier 43 to 128 characters of A-Z a-z 0-9 - . _ ~. The program sends 44, and the last one
# is always the `=` of padded base64. Its code_challenge is right for that text, so authorities that only compare the hash do not notice.
# Who it hurts: whoever uses it with an authority that checks what the standard says: each login ends with `invalid_grant`.
# Output seen (the verifier is another each time):
#   44 characters, the last is =
# Fails (exit 1) if that changes.
set -eu
folder=$(mktemp -d)
trap 'kill $(cat "$folder/pids") 2> /dev/null || :; rm -rf "$folder"' EXIT
cd "$folder"
: > pids
apt-get download -qq 'git-credential-oauth=0.4.2-1+b2' 2> /dev/null
dpkg -x git-credential-oauth*.deb .
# An authority's token endpoint that writes down what it is sent, and a free port beside it for the program.
cat > authority.py <<'PY'
import http.server
import socket
import urllib.parse


class Endpoint(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        open("verifier", "w").write(form["code_verifier"][0])
        self.send_response(401)
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Endpoint)
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    open("ports.new", "w").write(f"{server.server_port} {free.getsockname()[1]}\n")
import os
os.rename("ports.new", "ports")
server.serve_forever()
PY
python3 authority.py &
echo $! >> pids
tries=0
until [ -f ports ] || [ $tries -gt 100 ]; do tries=$((tries + 1)); sleep 0.1; done
read -r authority own < ports
cat > .gitconfig <<CFG
[credential "http://127.0.0.1:$authority"]
  oauthClientId = id
  oauthClientSecret = secret
  oauthAuthURL = /authorize
  oauthTokenURL = /oauth/token
  oauthScopes = openid
  oauthRedirectURL = http://127.0.0.1:$own
CFG
printf 'protocol=http\nhost=127.0.0.1:%s\n\n' "$authority" > request
HOME=$folder BROWSER=/bin/true ./usr/bin/git-credential-oauth get < request > answer 2> said &
echo $! >> pids
tries=0
until grep -q 'state=' said || [ $tries -gt 100 ]; do tries=$((tries + 1)); sleep 0.1; done
# The person has agreed: the authority leads back.
curl -s "http://127.0.0.1:$own/?code=c&$(grep -o 'state=[^&]*' said | head -n 1)" > page
tries=0
until [ -s verifier ] || [ $tries -gt 100 ]; do tries=$((tries + 1)); sleep 0.1; done
verifier=$(cat verifier)
echo "${#verifier} characters, the last is ${verifier#"${verifier%?}"}"
[ "${#verifier}" = 44 ] && [ "${verifier%=}" != "$verifier" ]
