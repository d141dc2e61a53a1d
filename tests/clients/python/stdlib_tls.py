import glob
import os
import shutil
import sys

if sys.version_info < (3, 13):
    found = [path for path in glob.glob(os.path.expanduser("~/.pyenv/versions/3.1[3-9]*/bin/python3")) + [shutil.which("python3.13") or ""] if path]
    working = [path for path in found if "shims" not in path]
    if not working:
        print("@skip there is no Python 3.13 here", flush=True)
        sys.exit()
    os.execv(working[0], [working[0], __file__])
import json
import ssl
import urllib.request

from kit import *

# recipe
context = ssl.create_default_context(cafile=CA)
metadata = json.load(urllib.request.urlopen(f"{ISSUER}.well-known/openid-configuration", context=context))
# end
expect(metadata["issuer"] == ISSUER, "metadata")
done()
