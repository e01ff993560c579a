from flask import jsonify, request
from ldap3 import SUBTREE, Connection, Server


def clauses(values):
    for attribute, value in values:
        yield "({}={})".format(attribute, value)


def init(app):

    @app.post("/directory/badges")
    def badges():
        body = request.get_json(force=True)
        wanted = [("employeeNumber", body.get("number", 0)), ("departmentNumber", body.get("department", 0))]
        try:
            inner = "".join(reversed(list(clauses(wanted))))
        except (TypeError, ValueError):
            return jsonify(error="numbers only"), 400
        conn = Connection(Server("directory.internal"), auto_bind=True)
        conn.search("dc=works,dc=net", f"(&{inner})", search_scope=SUBTREE, attributes=["cn"])
        return jsonify(hits=len(conn.entries))
