import xml.etree.ElementTree as ET
from django.http import HttpResponse, HttpResponseBadRequest


class Catalogue:
    def __init__(self, path):
        self.root = ET.parse(path).getroot()

    def by_id(self, ident):
        return self.root.find(f".//item[@id='{ident}']")


def item(request):
    raw = request.GET["id"]
    try:
        ident = int(raw)
    except ValueError:
        return HttpResponseBadRequest("not a number")
    found = Catalogue("/srv/items.xml").by_id(ident)
    return HttpResponse(status=404 if found is None else 204)
