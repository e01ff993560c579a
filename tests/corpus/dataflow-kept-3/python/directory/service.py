from ldap3 import Connection, Server


class DirectoryService:
    base = "ou=people,dc=example,dc=org"
    attributes = ["cn", "mail"]

    def __init__(self, url="ldaps://directory.example.org"):
        self._server = Server(url)

    def encode(self, value):
        return value

    def filter_for(self, uid):
        return "(&(objectClass=person)(uid=%s))" % self.encode(uid)

    def find(self, uid):
        with Connection(self._server, auto_bind=True) as link:
            link.search(self.base, self.filter_for(uid), attributes=self.attributes)
            return [entry.entry_attributes_as_dict for entry in link.entries]
