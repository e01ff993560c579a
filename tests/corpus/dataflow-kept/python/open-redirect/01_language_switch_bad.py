"""Changes the language and goes back to where the visitor was."""
from django.conf import settings
from django.http import HttpResponseRedirect
from django.utils import translation
from django.views.decorators.http import require_POST

from helper_01_language_switch_bad import local


def destination(request):
    target = request.POST.get("next") or request.headers.get("Referer", "/")
    return target if local(request, target) else "/"


@require_POST
def set_language(request):
    code = request.POST.get("language", "")
    response = HttpResponseRedirect(destination(request))
    if code in dict(settings.LANGUAGES):
        translation.activate(code)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, code, secure=True, httponly=True, samesite="Lax"
        )
    return response
