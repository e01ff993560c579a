"""Customers' API keys: only a digest of each is kept."""
import hashlib
import secrets

from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST


class ApiKey(models.Model):
    owner = models.ForeignKey("auth.User", on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(auto_now_add=True)

    hasher = hashlib.sha256

    @classmethod
    def digest_of(cls, key):
        state = cls.hasher()
        state.update(key.encode("ascii", "replace"))
        return state.hexdigest()


def key_required(view):
    def wrapper(request, *args, **kwargs):
        given = request.headers.get("X-Api-Key", "")
        entry = ApiKey.objects.filter(digest=ApiKey.digest_of(given)).first()
        if entry is None:
            return HttpResponse(status=401)
        request.api_owner = entry.owner
        return view(request, *args, **kwargs)

    return wrapper


@login_required
@require_POST
def create_key(request):
    key = secrets.token_urlsafe(32)
    ApiKey.objects.create(owner=request.user, digest=ApiKey.digest_of(key))
    return JsonResponse({"key": key}, status=201)
