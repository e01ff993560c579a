from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


def leave(request):
    forward = request.GET.get("forward", "/")
    cancel = request.GET.get("cancel", "/")
    forward, cancel = cancel, forward

    checked = forward
    if not url_has_allowed_host_and_scheme(checked, allowed_hosts={"club.example"}, require_https=True):
        return HttpResponseRedirect("/")
    return HttpResponseRedirect(cancel)
