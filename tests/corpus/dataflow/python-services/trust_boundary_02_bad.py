import logging

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.urls import path
from django.views import View

from accounts.tenants import TenantError, clean_tenant

log = logging.getLogger(__name__)

SESSION_KEY = "tenant"


class TenantMixin(LoginRequiredMixin):
    """The views of a tenant take it from the session."""

    def tenant(self):
        try:
            return self.request.session[SESSION_KEY]
        except KeyError:
            raise PermissionDenied from None


class SwitchTenantView(LoginRequiredMixin, View):
    http_method_names = ["post"]

    def post(self, request):
        wanted = request.POST.get("tenant", "")
        try:
            code = clean_tenant(request.user, wanted)
        except TenantError as exc:
            log.info("switch refused for user %d: %s", request.user.pk, exc)
            return JsonResponse({"error": "tenant cannot be used"}, status=403)
        request.session[SESSION_KEY] = code
        request.session.cycle_key()
        return JsonResponse({"status": "switched"})


class CurrentTenantView(TenantMixin, View):
    def get(self, request):
        return JsonResponse({"tenant": self.tenant()})


urlpatterns = [
    path("tenant/switch", SwitchTenantView.as_view()),
    path("tenant/current", CurrentTenantView.as_view()),
]
