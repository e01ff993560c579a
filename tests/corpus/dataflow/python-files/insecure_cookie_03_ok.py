import configparser
import secrets

from django.http import JsonResponse

CONF = configparser.ConfigParser()
CONF.read_string("""
[DEFAULT]
secure = off

[cookies]
secure = on
path = /

[widgets]
path = /widgets
""")


def remember_me(request):
    section = CONF["cookies"]
    response = JsonResponse({"remembered": True})
    response.set_cookie(
        "remember",
        secrets.token_urlsafe(32),
        path=section.get("path"),
        httponly=True,
        samesite="Strict",
        secure=section.getboolean("secure"),
    )
    return response
