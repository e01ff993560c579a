from django.http import HttpResponse
from lxml import etree
import defusedxml.lxml


def soap(request):
    if request.method != "POST":
        return HttpResponse(status=405)
    body = request.body
    envelope = defusedxml.lxml.fromstring(body)
    return HttpResponse(str(len(envelope)))
