"""Staff directory search."""
from flask import Flask, current_app, jsonify, request
from ldap3 import SUBTREE, Connection, Server

app = Flask(__name__)
app.config.from_prefixed_env()


def connect():
    server = Server(current_app.config["LDAP_URL"], use_ssl=True)
    return Connection(
        server,
        user=current_app.config["LDAP_USER"],
        password=current_app.config["LDAP_PASSWORD"],
        auto_bind=True,
    )


@app.get("/people")
def people():
    term = request.args.get("q", "").strip()
    if len(term) < 2:
        return jsonify(error="at least two letters"), 400
    query = f"(&(objectClass=inetOrgPerson)(!(employeeType=hidden))(cn=*{term}*))"
    with connect() as connection:
        connection.search(
            "ou=people,dc=example,dc=org",
            query,
            search_scope=SUBTREE,
            attributes=["cn", "mail", "telephoneNumber"],
            size_limit=50,
        )
        found = [
            {"name": str(entry.cn), "mail": str(entry.mail)}
            for entry in connection.entries
        ]
    return jsonify(people=found)
