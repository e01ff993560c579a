import re
import ldap
from django.http import HttpResponse


class Finder:
    _bad = re.compile(r"[()*\\\0]")

    def __init__(self, conn, base="dc=example"):
        self.conn, self.base = conn, base

    def filter_for(self, *terms):
        return "(&" + "".join(f"(cn={t})" for t in terms) + ")"


def find(request):
    finder = Finder(ldap.initialize("ldap://ldap"))
    words = request.GET.get("q", "").split()
    rid = finder.conn.search_ext(finder.base, ldap.SCOPE_SUBTREE, filterstr=finder.filter_for(*words))
    return HttpResponse(str(rid))
