import io
import os
import zipfile

from django.conf import settings
from django.http import HttpResponseBadRequest, JsonResponse
from django.views.decorators.http import require_POST


def unpack(archive, folder):
    for member in archive.infolist():
        if member.is_dir():
            continue
        place = os.path.join(folder, os.path.basename(member.filename))
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with archive.open(member) as source, open(place, "wb") as out:
            out.write(source.read())


@require_POST
def theme(request):
    folder = os.path.join(settings.MEDIA_ROOT, "themes", str(int(request.user.pk)))
    try:
        with zipfile.ZipFile(io.BytesIO(request.FILES["theme"].read())) as archive:
            unpack(archive, folder)
    except zipfile.BadZipFile:
        return HttpResponseBadRequest("not an archive")
    return JsonResponse({"installed": True})
