import ldap
import tornado.web

SPECIAL = str.maketrans({"\\": r"\5c", "\0": r"\00", "/": r"\2f"})


class Addresses:
    def __init__(self, values):
        self._values = [value.strip().lower() for value in values if "@" in value]

    def __len__(self):
        return len(self._values)

    @property
    def condition(self):
        parts = ["(|"]
        for value in self._values:
            parts.append("(mail=" + value.translate(SPECIAL) + ")")
        parts.append(")")
        return "".join(parts)


class MembersHandler(tornado.web.RequestHandler):
    def initialize(self, uri, base):
        self.uri, self.base = uri, base

    def post(self):
        addresses = Addresses(self.get_body_arguments("mail"))
        if not 0 < len(addresses) <= 20:
            raise tornado.web.HTTPError(400)
        conn = ldap.initialize(self.uri)
        try:
            conn.simple_bind_s()
            found = conn.search_ext_s(
                self.base, ldap.SCOPE_SUBTREE, filterstr=addresses.condition, attrlist=["cn"]
            )
        finally:
            conn.unbind_s()
        self.write({"known": [entry["cn"][0].decode() for _, entry in found if "cn" in entry]})


def make_app():
    target = {"uri": "ldaps://ldap.choir.example", "base": "ou=members,dc=choir,dc=example"}
    return tornado.web.Application([(r"/members/known", MembersHandler, target)])
