import os

LDAP_URL = os.environ.get("LDAP_URL", "ldaps://directory.corp.example")
PEOPLE = "ou=people,dc=corp,dc=example"
GROUPS = "ou=groups,dc=corp,dc=example"
BIND_DN = os.environ.get("LDAP_BIND_DN", "")
BIND_SECRET = os.environ.get("LDAP_BIND_SECRET", "")
