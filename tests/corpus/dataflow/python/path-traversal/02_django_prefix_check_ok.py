import os

from django.conf import settings
from django.http import FileResponse, Http404

BASE = os.path.realpath(os.path.join(settings.MEDIA_ROOT, "public"))


def inside(path):
    return os.path.commonpath([path, BASE]) == BASE


def download(request):
    """Serves one of the public documents."""
    name = request.GET.get("name", "")
    path = os.path.realpath(os.path.join(BASE, name))
    if not inside(path):
        raise Http404("no such document")
    try:
        handle = open(path, "rb")
    except OSError as exc:
        raise Http404("no such document") from exc
    return FileResponse(handle, as_attachment=True)
