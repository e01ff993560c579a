import os

from django.http import JsonResponse


def stored_name(value):
    return value.replace("\\", "/").rsplit("/", 1)[-1].lstrip(".") or "unnamed"


def attach(request):
    title = request.POST.get("title", "attachment")
    payload = request.FILES["attachment"]
    target = os.path.join("/var/spool/attachments", stored_name(title))
    with open(target, "wb") as out:
        for chunk in payload.chunks():
            out.write(chunk)
    return JsonResponse({"size": payload.size})
