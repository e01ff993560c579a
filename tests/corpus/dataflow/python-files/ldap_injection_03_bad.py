import ldap
import ldap.dn
import ldap.filter
import tornado.web


class GroupHandler(tornado.web.RequestHandler):
    def initialize(self, directory):
        self.directory = directory

    def _base(self, unit):
        escaped = ldap.filter.escape_filter_chars(unit)
        return ",".join(["ou=" + escaped, "ou=groups", "dc=works", "dc=net"])

    def get(self, unit):
        conn = ldap.initialize(self.directory)
        try:
            members = conn.search_s(self._base(unit), ldap.SCOPE_ONELEVEL, "(objectClass=groupOfNames)")
        except ldap.NO_SUCH_OBJECT:
            members = []
        finally:
            conn.unbind_s()
        self.write({"members": len(members)})


def make_app():
    return tornado.web.Application(
        [(r"/groups/([^/]+)", GroupHandler, {"directory": "ldaps://directory.internal"})]
    )
