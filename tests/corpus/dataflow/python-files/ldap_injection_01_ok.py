from flask import jsonify, request
from ldap3 import Connection, Server
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import escape_rdn


def clean(value):
    return escape_filter_chars(value)


def init(app):

    @app.get("/directory/person")
    def person():
        login = request.args.get("login", "nobody")
        server = Server("ldap://directory.internal")
        with Connection(server, auto_bind=True) as conn:
            conn.search(
                "ou=people,dc=school,dc=org",
                "(&(objectClass=inetOrgPerson)(uid=" + clean(login) + "))",
                attributes=["telephoneNumber"],
            )
            found = len(conn.entries)
        return jsonify(found=found)
