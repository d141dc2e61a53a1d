import json
import ssl
import urllib.request
from kit import *

# recipe
# As strict as Python 3.13 is by itself: VERIFY_X509_STRICT.
context = ssl.create_default_context(cafile=CA)
context.verify_flags |= ssl.VERIFY_X509_STRICT
metadata = json.load(urllib.request.urlopen(f"{ISSUER}.well-known/openid-configuration", context=context))
# end
expect(metadata["issuer"] == ISSUER, "metadata")
done()
