import ldap3


class DirectoryManager:
    def __init__(self):
        self.server = ldap3.Server("ldap.intra.example", port=389)

    def connection(self):
        conn = ldap3.Connection(self.server, "uid=svc,ou=system", "secret")
        conn.bind()
        return conn
