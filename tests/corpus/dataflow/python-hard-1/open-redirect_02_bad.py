import logging

from django.http import HttpResponseRedirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

log = logging.getLogger(__name__)


class UntrustedTarget(ValueError):
    pass


class TargetGuard:
    def __init__(self, request):
        self.hosts = {request.get_host()}

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is UntrustedTarget:
            log.warning("a target was refused")
        return kind is UntrustedTarget

    def check(self, url):
        if not url_has_allowed_host_and_scheme(url, self.hosts, require_https=True):
            raise UntrustedTarget()
        return url


class WizardNavigation:
    start = "/wizard/start/"

    def __init__(self, request):
        self.request = request
        self.target = self.start

    def follow(self):
        with TargetGuard(self.request) as guard:
            self.target = self.request.POST.get("next", self.start)
            guard.check(self.target)
        return self.target


class WizardStepView(View):
    http_method_names = ["post"]

    def post(self, request, step):
        if step > 5:
            return HttpResponseRedirect("/wizard/summary/")
        return HttpResponseRedirect(WizardNavigation(request).follow())


urlpatterns = [path("wizard/<int:step>/", WizardStepView.as_view())]
