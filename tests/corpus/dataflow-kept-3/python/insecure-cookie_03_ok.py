import secrets

from django import forms
from django.core.cache import cache
from django.http import JsonResponse
from django.views import View


class DeviceForm(forms.Form):
    trust = forms.BooleanField(required=False)


class TrustDeviceView(View):
    cookie = "device"
    lifetime = 14 * 86_400

    def remember(self, response, user_id):
        device = secrets.token_hex(24)
        cache.set("device:" + device, user_id, self.lifetime)
        response.set_cookie(self.cookie, device, self.lifetime, None, "/", None, True, True, "Lax")

    def post(self, request):
        form = DeviceForm(request.POST)
        response = JsonResponse({"ok": True})
        if request.user.is_authenticated and form.is_valid() and form.cleaned_data["trust"]:
            self.remember(response, request.user.pk)
        return response
