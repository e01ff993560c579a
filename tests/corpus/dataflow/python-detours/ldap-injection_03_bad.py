from collections import namedtuple

from django.http import JsonResponse
from django.urls import path
from ldap3 import SUBTREE, Connection, Server

Criteria = namedtuple("Criteria", "site group status")
SITES = frozenset({"berlin", "lyon", "porto"})
server = Server("ldaps://directory.internal")


def read_criteria(request):
    criteria = Criteria("berlin", request.GET.get("group", "everyone"), "active")
    site = request.GET.get("site", "berlin")
    if site in SITES:
        criteria = criteria._replace(site=site)
    return criteria._replace(status="enabled")


def to_filter(criteria):
    site, group, status = criteria
    return "(&(l={0})(memberOf=cn={1},ou=groups,dc=example,dc=org)(employeeType={2}))".format(site, group, status)


def members_view(request):
    criteria = read_criteria(request)
    conn = Connection(server, auto_bind=True)
    conn.search("dc=example,dc=org", to_filter(criteria), SUBTREE, attributes=["cn"])
    names = [str(entry.cn) for entry in conn.entries]
    conn.unbind()
    return JsonResponse({"count": len(names), "names": names})


urlpatterns = [path("members/", members_view)]
