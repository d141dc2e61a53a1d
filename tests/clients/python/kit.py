"""What the programs in this folder share: what they are told, and how they ask for a person at a browser."""
import os
import sys
import threading
from urllib.parse import parse_qs, urlsplit

ISSUER, DOMAIN, CLIENT_ID, CLIENT_SECRET, AUDIENCE, STRICT_AUDIENCE, APP, CALLBACK, CA, EMAIL, PASSWORD, USER_TOKEN, MACHINE_TOKEN, ID_TOKEN, OTHER_TOKEN, TAMPERED_TOKEN, STRICT_USER_TOKEN, STRICT_MACHINE_TOKEN = (
    os.environ[name] for name in "ISSUER DOMAIN CLIENT_ID CLIENT_SECRET AUDIENCE STRICT_AUDIENCE APP CALLBACK CA EMAIL PASSWORD USER_TOKEN MACHINE_TOKEN ID_TOKEN OTHER_TOKEN TAMPERED_TOKEN STRICT_USER_TOKEN STRICT_MACHINE_TOKEN".split())
PORT = int(os.environ["PORT"])
JWKS = f"{ISSUER}.well-known/jwks.json"
METADATA = f"{ISSUER}.well-known/openid-configuration"


def ask(line):
    print(line, flush=True)
    return sys.stdin.readline().rstrip("\n")


def fail(why):
    print(why, file=sys.stderr, flush=True)
    os._exit(1)


def asked(line):
    answer = ask(line)
    if not answer.startswith("ok"):
        fail(answer)


def sign_in(url):
    """A person signs in at this address; where the authority leads then."""
    return ask(f"@open {url}")


def code_of(address):
    return parse_qs(urlsplit(address).query)["code"][0]


def follow(url):
    asked(f"@follow {url}")


def expect(is_so, what):
    if not is_so:
        fail(f"not so: {what}")


def done():
    print("@done", flush=True)
    os._exit(0)


def verifies(verify, strict=False):
    """`verify` takes this API's tokens, and none of the others."""
    good = [STRICT_USER_TOKEN, STRICT_MACHINE_TOKEN] if strict else [USER_TOKEN, MACHINE_TOKEN]
    for token in good:
        expect(verify(token) is not False, "a good token is taken")
    for name, token in {"OTHER_TOKEN": OTHER_TOKEN, "ID_TOKEN": ID_TOKEN, "TAMPERED_TOKEN": TAMPERED_TOKEN, **({"USER_TOKEN": USER_TOKEN} if strict else {})}.items():
        try:
            is_taken = verify(token) is not False
        except Exception:
            is_taken = False
        expect(not is_taken, f"{name} is refused")


def serve(run, *lines):
    """Runs a server in another thread, and a person or a caller before it."""
    threading.Thread(target=run, daemon=True).start()
    for line in lines:
        asked(line)
    done()


def serve_wsgi(app, *lines):
    from wsgiref.simple_server import make_server
    serve(make_server("localhost", PORT, app).serve_forever, *lines)


def serve_asgi(app, *lines):
    import uvicorn
    serve(lambda: uvicorn.Server(uvicorn.Config(app, host="localhost", port=PORT, log_level="warning", proxy_headers=False)).run(), *lines)


SHOWS = f"@visit {APP}/ {EMAIL}"
SERVES = f"@api {APP}/"
