import secrets

from django.contrib.auth import authenticate
from django.http import JsonResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache


class CookieProfile:
    key = "device"

    def options(self):
        return {"secure": True, "httponly": True, "samesite": "Lax"}


class LongLivedProfile(CookieProfile):
    days = 90

    def options(self):
        return {"max_age": self.days * 86400, "httponly": True, "samesite": "Lax"}


class DeviceMixin:
    profile_class = CookieProfile

    def remember(self, response):
        profile = self.profile_class()
        response.set_cookie(profile.key, secrets.token_hex(32), **profile.options())
        return response


@method_decorator(never_cache, name="dispatch")
class TrustDeviceView(DeviceMixin, View):
    profile_class = LongLivedProfile
    http_method_names = ["post"]

    def post(self, request):
        user = authenticate(
            request,
            username=request.POST.get("username"),
            password=request.POST.get("password"),
        )
        if user is None:
            return JsonResponse({"trusted": False}, status=401)
        return self.remember(JsonResponse({"trusted": True}))


urlpatterns = [path("device/trust/", TrustDeviceView.as_view())]
