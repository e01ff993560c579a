import enum
from dataclasses import dataclass, replace

import ldap
from flask import jsonify, request


class Staff(str, enum.Enum):
    TEACHER = "teacher"
    CLEANER = "cleaner"


@dataclass(frozen=True)
class Lookup:
    base: str = "ou=staff,dc=school,dc=org"
    role: str = "teacher"

    def expression(self):
        return "(&(objectClass=person)(employeeType=" + self.role + "))"


def init(app):

    @app.route("/staff/size")
    def staff_size():
        asked = request.headers.get("X-Staff-Role", "teacher")
        try:
            role = Staff(asked).value
        except ValueError:
            role = asked.strip()
        lookup = replace(Lookup(), role=role)
        conn = ldap.initialize("ldaps://directory.internal")
        hits = conn.search_s(lookup.base, ldap.SCOPE_SUBTREE, lookup.expression())
        return jsonify(size=len(hits))
