from ldap3 import ALL, SUBTREE, Connection, Server

BASE = "dc=corp,dc=example"
PEOPLE = "ou=people," + BASE
SERVICE_DN = "cn=reader,ou=services," + BASE


class Directory:
    def __init__(self, host, secret):
        self._server = Server(host, use_ssl=True, get_info=ALL)
        self._secret = secret

    def _reader(self):
        return Connection(self._server, SERVICE_DN, self._secret, auto_bind=True)

    def find(self, condition, attributes=("cn", "mail")):
        with self._reader() as conn:
            conn.search(PEOPLE, condition, SUBTREE, attributes=list(attributes))
            return [entry.entry_attributes_as_dict for entry in conn.entries]

    def children(self, base, condition="(objectClass=*)"):
        with self._reader() as conn:
            conn.search(base, condition, SUBTREE, attributes=["cn"])
            return [str(entry.cn) for entry in conn.entries]
