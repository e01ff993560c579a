import os

import ldap

BASE = "ou=people,dc=example,dc=org"


def bind():
    connection = ldap.initialize(os.environ["LDAP_URL"])
    connection.simple_bind_s(os.environ["LDAP_USER"], os.environ["LDAP_PASSWORD"])
    return connection


class People:
    def __init__(self, connection=None):
        self.connection = connection or bind()

    def matching(self, condition, attributes=("cn", "mail")):
        found = self.connection.search_s(BASE, ldap.SCOPE_SUBTREE, condition, list(attributes))
        return [(dn, len(entry)) for dn, entry in found if dn]
