import hashlib
import hmac
import time
from datetime import timedelta

from django.conf import settings
from django.http import Http404, JsonResponse
from django.views import View

ALGORITHMS = {
    "cache": "md5",
    "link": "sha256",
    "mail": "sha512",
}


class DownloadLink:
    lifetime = timedelta(hours=2)

    def __init__(self, document, expires=None):
        self.document = document
        self.expires = expires or int(time.time() + self.lifetime.total_seconds())

    def signature(self):
        algorithm = ALGORITHMS["link"]
        text = f"{self.document}|{self.expires}"
        return hmac.new(settings.SECRET_KEY.encode(), text.encode(), getattr(hashlib, algorithm)).hexdigest()

    def valid(self, signature):
        return self.expires > time.time() and hmac.compare_digest(self.signature(), signature)


class DownloadCheckView(View):
    def get(self, request, document):
        try:
            link = DownloadLink(int(document), int(request.GET["expires"]))
        except (KeyError, ValueError) as error:
            raise Http404() from error
        if not link.valid(request.GET.get("signature", "")):
            raise Http404()
        return JsonResponse({"allowed": True})
