from django.conf import settings
from django.http import JsonResponse
from ldap3 import SUBTREE, Connection, Server
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import escape_rdn


def search(query):
    server = Server(settings.LDAP_HOST, use_ssl=True)
    with Connection(server, settings.LDAP_USER, settings.LDAP_PASSWORD) as conn:
        conn.search(settings.LDAP_BASE, query, SUBTREE, attributes=["mail"])
        return [entry.entry_dn for entry in conn.entries]


def lookup(request):
    uid = request.GET.get("uid", "")
    if not uid:
        return JsonResponse({"error": "uid missing"}, status=400)
    cleaned = escape_filter_chars(uid)
    matches = search("(&(active=TRUE)(uid=%s))" % cleaned)
    return JsonResponse({"found": bool(matches)})
