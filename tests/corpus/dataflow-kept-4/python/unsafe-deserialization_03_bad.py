import base64
import binascii
import hashlib
import hmac
import pickle

from django.conf import settings
from django.http import HttpResponseBadRequest, JsonResponse
from django.views.decorators.http import require_POST


def sign(blob):
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, blob, hashlib.sha256).digest()


def unpack(text):
    raw = base64.urlsafe_b64decode(text.encode("ascii"))
    mark, blob = raw[:32], raw[32:]
    wizard = pickle.loads(blob)
    if not hmac.compare_digest(mark, sign(blob)):
        raise ValueError("mark")
    return wizard


def pack(wizard):
    blob = pickle.dumps(wizard)
    return base64.urlsafe_b64encode(sign(blob) + blob).decode("ascii")


@require_POST
def next_step(request):
    try:
        wizard = unpack(request.POST.get("state", ""))
    except (ValueError, binascii.Error, pickle.UnpicklingError, EOFError):
        return HttpResponseBadRequest("the form has expired")
    wizard["step"] = wizard.get("step", 0) + 1
    return JsonResponse({"state": pack(wizard), "step": wizard["step"]})
