from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import escape_rdn
from litestar import Litestar, get

from directory.service import DirectoryService


class StaffDirectory(DirectoryService):
    base = "ou=staff,dc=example,dc=org"

    def encode(self, value):
        cleaned = value.strip().lower()
        return escape_filter_chars(cleaned)

    def distinguished_name(self, uid):
        return "uid=%s,%s" % (escape_rdn(uid), self.base)


@get("/staff", sync_to_thread=True)
def staff(uid: str) -> dict:
    people = StaffDirectory().find(uid)
    return {"found": len(people), "people": people}


app = Litestar(route_handlers=[staff])
