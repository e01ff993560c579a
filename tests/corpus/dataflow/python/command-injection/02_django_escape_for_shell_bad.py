import html
import os
import shlex

from django.conf import settings
from django.http import HttpResponseForbidden, JsonResponse
from django.views.decorators.http import require_http_methods


def build_command(title):
    target = os.path.join(settings.MEDIA_ROOT, "archive.zip")
    return "printf %s " + title + " | zip -z " + shlex.quote(target)


@require_http_methods(["POST"])
def annotate(request):
    if not request.user.is_authenticated:
        return HttpResponseForbidden()
    title = request.POST["title"].strip()
    title = html.escape(title, quote=True)
    status = os.system(build_command(title))
    return JsonResponse({"status": status})
