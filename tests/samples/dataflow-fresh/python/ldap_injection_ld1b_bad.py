from flask import request
import intranet.directory
import ldap3
from ldap3.core.exceptions import LDAPException

ESCAPES = {"\\": r"\5c", "*": r"\2a", "(": r"\28", ")": r"\29", "\0": r"\00"}


def init(app):

    @app.route('/ldapi-00/zld1', methods=['GET'])
    def zld1_get():
        RESPONSE = ""
        param = request.args.get("zld1", "")
        bar = "".join(c if c != "*" else r"\2a" for c in param)
        conn = intranet.directory.DirectoryManager().connection()
        try:
            conn.search("ou=users,ou=system", f"(&(objectclass=person)(uid={bar}))", attributes=["cn"])
        except LDAPException:
            return "error"
        RESPONSE += str(len(conn.entries))
        return RESPONSE
