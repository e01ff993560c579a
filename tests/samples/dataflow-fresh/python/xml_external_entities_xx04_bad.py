from django.http import HttpResponse
from lxml import etree
import defusedxml.lxml


def soap(request):
    if request.method != "POST":
        return HttpResponse(status=405)
    body = request.body
    parser = etree.XMLParser(huge_tree=True, load_dtd=True, no_network=False)
    envelope = etree.XML(body, parser)
    return HttpResponse(str(len(envelope)))
