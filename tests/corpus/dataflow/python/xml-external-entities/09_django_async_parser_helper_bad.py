import asyncio

from django.http import HttpResponseBadRequest, JsonResponse
from django.views.decorators.http import require_POST

from helper_09_django_async_parser_helper_bad import ParseProblem, read_document


@require_POST
async def import_places(request):
    upload = request.FILES["places"]
    content = upload.read()
    try:
        root = await asyncio.to_thread(read_document, content)
    except ParseProblem:
        return HttpResponseBadRequest("unreadable file", content_type="text/plain")
    names = [place.findtext("name") for place in root.iter("place")]
    return JsonResponse({"names": names})
