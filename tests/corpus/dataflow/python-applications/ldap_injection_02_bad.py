import ldap
from django.conf import settings
from django.contrib.auth.models import User
from ldap.filter import filter_format


class DirectoryBackend:
    """Authenticates staff against the company directory."""

    template = "(&(objectClass=inetOrgPerson)(|(uid=%s)(mail=%s)))"

    def _connect(self):
        conn = ldap.initialize(settings.LDAP_URI)
        conn.simple_bind_s(settings.LDAP_BIND_DN, settings.LDAP_BIND_SECRET)
        return conn

    def _find(self, login):
        names = [login, login.lower()]
        query = self.template % tuple(names)
        hits = self._connect().search_s(settings.LDAP_BASE, ldap.SCOPE_SUBTREE, query, ["uid"])
        return hits[0] if len(hits) == 1 else None

    def authenticate(self, request, username=None, password=None):
        login = (request.POST.get("username") or "").strip()
        if not login or not password:
            return None
        match self._find(login):
            case (dn, {"uid": [uid, *_]}):
                pass
            case _:
                return None
        try:
            ldap.initialize(settings.LDAP_URI).simple_bind_s(dn, password)
        except ldap.INVALID_CREDENTIALS:
            return None
        return User.objects.filter(username=uid.decode()).first()

    def get_user(self, user_id):
        return User.objects.filter(pk=user_id).first()
