import hashlib
import hmac
import os

from django.http import JsonResponse

KEY = os.environ["DOWNLOAD_KEY"].encode()
STEP = 17


def digest_name():
    return "SHA1" if STEP * 3 < 60 else "SHA3_256"


def download_link(request, number):
    constructor = getattr(hashlib, digest_name().lower())
    message = "download:%d" % int(number)
    mac = hmac.new(KEY, message.encode(), constructor).hexdigest()
    return JsonResponse({"link": "/download/%d/%s" % (int(number), mac)})
