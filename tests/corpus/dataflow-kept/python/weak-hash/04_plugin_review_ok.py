"""Review of community plugins: only archives that a reviewer approved are served."""
import hashlib

from django.contrib.admin.views.decorators import staff_member_required
from django.db import models
from django.http import HttpResponseForbidden, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST


class Approval(models.Model):
    digest = models.CharField(max_length=128, unique=True)
    reviewer = models.ForeignKey("auth.User", on_delete=models.PROTECT)


class Plugin(models.Model):
    name = models.SlugField(unique=True)
    archive = models.FileField(upload_to="plugins/")
    published = models.BooleanField(default=False)

    hasher = hashlib.sha256

    @property
    def digest(self):
        state = self.__class__.hasher()
        for chunk in self.archive.chunks():
            state.update(chunk)
        return state.hexdigest()


@staff_member_required
@require_POST
def approve(request, name):
    plugin = get_object_or_404(Plugin, name=name)
    Approval.objects.get_or_create(digest=plugin.digest, defaults={"reviewer": request.user})
    return JsonResponse({"approved": name})


@require_POST
def publish(request, name):
    plugin = get_object_or_404(Plugin, name=name)
    if not Approval.objects.filter(digest=plugin.digest).exists():
        return HttpResponseForbidden("this archive was not reviewed")
    plugin.published = True
    plugin.save(update_fields=["published"])
    return JsonResponse({"published": name})
