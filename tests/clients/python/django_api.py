"""A Django with the REST framework and nothing else; the verifier is what its argument says."""
import sys

import django
from django.conf import settings
from kit import *

APPS = ["django.contrib.auth", "django.contrib.contenttypes", "rest_framework"]


def api(authentication, more={}, apps=[]):
    settings.configure(SECRET_KEY="x" * 40, ALLOWED_HOSTS=["*"], ROOT_URLCONF="django_api_urls", INSTALLED_APPS=APPS + apps, DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
                       REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [authentication], "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"], "UNAUTHENTICATED_USER": None}, **more)
    django.setup()
    import types
    from django.urls import path
    from rest_framework.decorators import api_view
    from rest_framework.response import Response
    home = api_view(["GET"])(lambda request: Response({"user": str(request.user)}))
    urls = types.ModuleType("django_api_urls")
    urls.urlpatterns = [path("", home)]
    sys.modules["django_api_urls"] = urls
    from django.core.wsgi import get_wsgi_application
    serve_wsgi(get_wsgi_application(), SERVES)
