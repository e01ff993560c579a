import base64
import binascii
import io

from django.http import HttpResponseBadRequest, JsonResponse
from django.urls import path
from django.views.decorators.http import require_POST
from lxml import etree


def entries(blob):
    source = io.BytesIO(blob)
    stream = etree.iterparse(source, events=("end",), resolve_entities=True, load_dtd=False, no_network=True)
    for _event, node in stream:
        if node.tag == "entry":
            yield node.get("id", ""), (node.text or "").strip()
            node.clear()


@require_POST
def glossary(request):
    encoded = request.POST.get("document", "")
    try:
        blob = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return HttpResponseBadRequest("not base64", content_type="text/plain")
    try:
        terms = dict(entries(blob))
    except etree.XMLSyntaxError:
        return HttpResponseBadRequest("not well formed", content_type="text/plain")
    return JsonResponse({"terms": terms})


urlpatterns = [path("glossary/", glossary)]
