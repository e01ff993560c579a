import secrets
import uuid
from datetime import timedelta

from django.core.cache import cache
from django.http import JsonResponse
from django.urls import path
from django.views import View


class Identifiers:
    def share_key(self):
        raise NotImplementedError


class OrderedIdentifiers(Identifiers):
    """Keys that sort by creation time."""

    def share_key(self):
        return uuid.uuid1().hex


class OpaqueIdentifiers(Identifiers):
    def share_key(self):
        return secrets.token_hex(16)


class ShareBook:
    lifetime = timedelta(days=2)

    def __init__(self, identifiers):
        self.identifiers = identifiers

    def publish(self, owner, document):
        key = self.identifiers.share_key()
        cache.set(f"share:{key}", (owner, document), int(self.lifetime.total_seconds()))
        return key

    def open(self, key):
        return cache.get(f"share:{key}")


class SharesView(View):
    book = ShareBook(OrderedIdentifiers())

    def post(self, request):
        if not request.user.is_authenticated:
            return JsonResponse({"error": "sign in first"}, status=401)
        try:
            document = int(request.POST.get("document", ""))
        except ValueError:
            return JsonResponse({"error": "number expected"}, status=400)
        return JsonResponse({"secret_key": self.book.publish(request.user.pk, document)}, status=201)


class SharedView(View):
    def get(self, request, key):
        found = SharesView.book.open(key)
        if found is None:
            return JsonResponse({"error": "no such share"}, status=404)
        return JsonResponse({"owner": found[0], "document": found[1]})


urlpatterns = [
    path("shares", SharesView.as_view()),
    path("shared/<slug:key>", SharedView.as_view()),
]
