import secrets

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from accounts.cookies import YEAR, options


def issue(response: HttpResponse, name, max_age):
    value = secrets.token_urlsafe(24)
    response.set_cookie(name, value, **options(max_age=max_age, secure=True))
    return value


@require_POST
def trust_device(request):
    if not request.user.is_authenticated:
        return JsonResponse({"trusted": False}, status=401)
    response = JsonResponse({"trusted": True})
    request.user.profile.device = issue(response, "device", YEAR)
    request.user.profile.save(update_fields=["device"])
    return response


@require_POST
def forget_device(request):
    if request.user.is_authenticated:
        request.user.profile.device = ""
        request.user.profile.save(update_fields=["device"])
    return JsonResponse({"trusted": False})
