from django.http import JsonResponse
from django.views.decorators.http import require_POST

from helper_09_django_proxy_header_helper_ok import identity


@require_POST
def begin(request):
    """Opens the session once the single sign-on has named the person."""
    person = identity(request)
    if person is None:
        return JsonResponse({"error": "not signed in"}, status=401)
    request.session.cycle_key()
    request.session["person"] = person
    return JsonResponse({"begun": True})


def end(request):
    request.session.flush()
    return JsonResponse({"begun": False})
