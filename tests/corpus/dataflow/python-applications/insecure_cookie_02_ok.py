import secrets

from django.core.cache import cache
from django.http import JsonResponse
from django.utils.deprecation import MiddlewareMixin
from django.views.decorators.http import require_GET


class DeviceMiddleware(MiddlewareMixin):
    name = "device_id"
    year = 365 * 24 * 3600

    def process_request(self, request):
        current = request.COOKIES.get(self.name, "")
        request.known_device = current.isalnum() and bool(cache.get("device:" + current[:40]))

    def process_response(self, request, response):
        if getattr(request, "known_device", False):
            return response
        device = secrets.token_hex(20)
        cache.set("device:" + device, True, self.year)
        response.set_cookie(self.name, device, self.year, None, "/", None, True, True, "Strict")
        return response


@require_GET
def device_status(request):
    return JsonResponse({"known": request.known_device})
