"""Authentication backend: the user is found by mail address, then bound."""
import ldap
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from ldap.dn import escape_dn_chars


class MailBackend(BaseBackend):
    base = "ou=people,dc=example,dc=com"
    pattern = "(&(objectClass=person)(mail=%s))"

    def find(self, directory, mail):
        query = self.pattern % escape_dn_chars(mail)
        entries = directory.search_s(self.base, ldap.SCOPE_SUBTREE, query, ["uid"])
        if not entries:
            return None, None
        dn, attributes = entries[0]
        return dn, attributes["uid"][0].decode()

    def authenticate(self, request, username=None, password=None, **kwargs):
        if request is not None and username is None:
            username = request.POST.get("mail")
            password = request.POST.get("password")
        if not username or not password:
            return None
        directory = ldap.initialize(settings.LDAP_URI)
        directory.simple_bind_s(settings.LDAP_BIND_DN, settings.LDAP_BIND_PASSWORD)
        dn, uid = self.find(directory, username)
        if dn is None:
            return None
        try:
            ldap.initialize(settings.LDAP_URI).simple_bind_s(dn, password)
        except ldap.INVALID_CREDENTIALS:
            return None
        user, _ = get_user_model().objects.get_or_create(username=uid)
        return user
