import falcon
from ldap3 import BASE
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import escape_rdn

from directory.client import PEOPLE, session


def person_dn(uid, unit):
    quoted = [escape_filter_chars(part) for part in (uid, unit)]
    return "uid={},ou={},{}".format(*quoted, PEOPLE)


class PersonResource:
    attributes = ("telephoneNumber", "roomNumber")

    def on_get(self, req, resp):
        uid = req.get_param("uid", required=True)
        unit = req.get_param("unit", default="staff")
        with session() as connection:
            found = connection.search(
                person_dn(uid, unit),
                "(objectClass=person)",
                search_scope=BASE,
                attributes=list(self.attributes),
            )
            if not found:
                raise falcon.HTTPNotFound()
            entry = connection.entries[0]
            resp.media = {name: str(entry[name]) for name in self.attributes}


app = falcon.App()
app.add_route("/person", PersonResource())
