import os
import shutil
from django.http import HttpResponse, Http404

UPLOADS = os.path.realpath("/srv/uploads")


def store(upload, name):
    target = os.path.realpath(os.path.join(UPLOADS, name))
    if os.path.commonpath([UPLOADS, target]) != UPLOADS:
        raise Http404("outside")
    with open(target, "wb") as out:
        for chunk in upload.chunks():
            out.write(chunk)
    return target


def upload(request):
    item = request.FILES["file"]
    name = request.POST.get("name", "unnamed")
    if name.startswith("."):
        raise Http404("hidden")
    store(item, name)
    return HttpResponse("stored")
