import binascii

from django.http import HttpResponseBadRequest, JsonResponse
from ldap3 import Connection, Server


def serial_filter(text):
    raw = binascii.unhexlify(text)
    return "(serialNumber=" + "".join("\\%02x" % byte for byte in raw) + ")"


def device(request):
    try:
        expression = serial_filter(request.COOKIES.get("serial", "00"))
    except binascii.Error:
        return HttpResponseBadRequest("serial")
    conn = Connection(Server("directory.internal"), auto_bind=True)
    conn.search(search_base="ou=devices,dc=works,dc=net", search_filter=expression)
    return JsonResponse({"devices": len(conn.entries)})
