from urllib.parse import urlparse

from django.contrib.auth import logout
from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

ALLOWED = {"shop.example.com", "www.example.com"}


def acceptable(url, request):
    return url_has_allowed_host_and_scheme(
        url, allowed_hosts=ALLOWED, require_https=request.is_secure()
    )


@require_POST
def sign_out(request):
    logout(request)
    target = request.POST.get("next") or "/"
    if not acceptable(target, request):
        target = "/"
    return HttpResponseRedirect(target)
