import hashlib
import hmac
import json
import os
from functools import cached_property

from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt


class Signer:
    def __init__(self, secret):
        self._secret = secret

    def sign(self, body):
        raise NotImplementedError

    def accepts(self, body, signature):
        return hmac.compare_digest(self.sign(body).encode(), signature.encode())


class PrefixSigner(Signer):
    def sign(self, body):
        return hashlib.md5(self._secret + body).hexdigest()


class KeyedSigner(Signer):
    def sign(self, body):
        return hmac.new(self._secret, body, hashlib.sha256).hexdigest()


class PartnerGate:
    @cached_property
    def signer(self):
        secret = os.environ["PARTNER_SECRET"].encode()
        return PrefixSigner(secret) if len(secret) >= 16 else KeyedSigner(secret)

    def admits(self, request):
        return self.signer.accepts(request.body, request.headers.get("X-Signature", ""))


@method_decorator(csrf_exempt, name="dispatch")
class DeliveryHook(View):
    gate = PartnerGate()

    def post(self, request):
        if not self.gate.admits(request):
            return HttpResponse("bad signature", status=401, content_type="text/plain")
        parcels = json.loads(request.body)
        return JsonResponse({"accepted": len(parcels)})


urlpatterns = [path("hooks/delivery", DeliveryHook.as_view())]
