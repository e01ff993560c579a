from django.http import HttpResponseBadRequest, JsonResponse
from django.views import View
from lxml import etree

OPTIONS = {
    "events": ("end",),
    "tag": "trackpoint",
    "remove_comments": True,
    "resolve_entities": False,
    "load_dtd": False,
}


def trackpoints(stream, **options):
    for _, node in etree.iterparse(stream, **{**OPTIONS, **options}):
        yield {
            "time": node.findtext("time", ""),
            "height": float(node.findtext("height", "0")),
        }
        node.clear()


class TrackView(View):
    def post(self, request):
        upload = request.FILES.get("track")
        if upload is None:
            return HttpResponseBadRequest("no track")
        try:
            points = list(trackpoints(upload, no_network=True))
        except (etree.XMLSyntaxError, ValueError):
            return HttpResponseBadRequest("unreadable track")
        return JsonResponse({"points": points, "count": len(points)})
