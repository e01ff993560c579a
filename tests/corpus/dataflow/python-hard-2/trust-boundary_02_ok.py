from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponseForbidden, JsonResponse
from django.urls import path
from django.views import View

from accounts import memberships_of


class TenantContext:
    KEY = "active_tenant"

    def __init__(self, session):
        self._session = session

    @property
    def tenant(self):
        return self._session.get(self.KEY)

    @tenant.setter
    def tenant(self, value):
        self._session[self.KEY] = value
        self._session.modified = True


class TenantSwitch:
    def __init__(self, user_id, context):
        self.user_id = user_id
        self.context = context

    def _allowed(self, tenant):
        return tenant in memberships_of(self.user_id)

    def to(self, tenant, current):
        if not self._allowed(tenant):
            return False
        self.context.tenant = tenant
        return True


class SwitchView(LoginRequiredMixin, View):
    raise_exception = True

    def post(self, request):
        switch = TenantSwitch(request.user.pk, TenantContext(request.session))
        if switch.to(request.POST.get("tenant", ""), request.POST.get("current", "")):
            return JsonResponse({"switched": True})
        return HttpResponseForbidden("not a member", content_type="text/plain")


class DashboardView(LoginRequiredMixin, View):
    raise_exception = True

    def get(self, request):
        return JsonResponse({"ready": TenantContext(request.session).tenant is not None})


urlpatterns = [
    path("tenant/switch", SwitchView.as_view()),
    path("dashboard", DashboardView.as_view()),
]
