"""A Django with a database of its own, sessions, and one of the packages for logins."""
import os
import sys
import tempfile
import types

import django
from django.conf import settings
from kit import *


def site(apps, middleware=[], more={}, urls=None, lines=(SHOWS,)):
    settings.configure(
        SECRET_KEY="x" * 50, DEBUG=True, ALLOWED_HOSTS=["*"], ROOT_URLCONF="django_site_urls", SITE_ID=1, LOGIN_REDIRECT_URL="/", USE_TZ=True,
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages", "django.contrib.sites", *apps],
        MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware", *middleware],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {"context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth", "django.contrib.messages.context_processors.messages"]}}],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(tempfile.mkdtemp(), "db")}}, **more)
    django.setup()
    from django.core.management import call_command
    call_command("migrate", verbosity=0)
    from django.contrib.auth.decorators import login_required
    from django.http import HttpResponse
    from django.urls import path
    module = types.ModuleType("django_site_urls")
    home = login_required(lambda request: HttpResponse(request.user.email))
    module.urlpatterns = [path("", home), *urls()]
    sys.modules["django_site_urls"] = module
    from django.core.wsgi import get_wsgi_application
    serve_wsgi(get_wsgi_application(), *lines)
