import secrets

from django.core.cache import cache
from django.http import JsonResponse

COMMON = {"httponly": True, "samesite": "Strict", "path": "/"}
LONG = {**COMMON, "max_age": 14 * 24 * 3600, "secure": True}
SHORT = {**COMMON, "max_age": 1800}


def remember(request):
    """Issues the token that stands for the signed-in user."""
    token = secrets.token_hex(32)
    cache.set("remember:" + token, request.user.pk, timeout=LONG["max_age"])
    response = JsonResponse({"remembered": True})
    options = dict(LONG)
    response.set_cookie("remember_token", token, **options)
    return response


def forget(request):
    response = JsonResponse({"remembered": False})
    response.delete_cookie("remember_token")
    return response
