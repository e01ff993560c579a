import ldap
import ldap.dn
from django.contrib.auth.backends import BaseBackend
from django.http import HttpResponse


class Directory:
    def __init__(self, uri):
        self.conn = ldap.initialize(uri)

    def check(self, login, password):
        dn = "uid=" + login + ",ou=people,dc=example,dc=org"
        try:
            self.conn.search_ext_s(dn, ldap.SCOPE_BASE, "(objectClass=person)")
        except ldap.LDAPError:
            return False
        return True


def login(request):
    directory = Directory("ldaps://ldap")
    ok = directory.check(request.POST["login"], request.POST["password"])
    return HttpResponse("ok" if ok else "no")
