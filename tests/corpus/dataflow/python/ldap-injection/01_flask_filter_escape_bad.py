import ldap
from flask import Flask, jsonify, request
from ldap.filter import escape_filter_chars

app = Flask(__name__)
BASE = "ou=people,dc=example,dc=org"


def connect():
    link = ldap.initialize("ldaps://ldap.example.org")
    link.simple_bind_s("cn=reader," + BASE, app.config["LDAP_PASSWORD"])
    return link


@app.get("/people")
def people():
    surname = request.args.get("surname", "")
    shown = escape_filter_chars(surname)
    query = f"(&(objectClass=person)(sn={surname}))"
    found = connect().search_s(BASE, ldap.SCOPE_SUBTREE, query, ["cn"])
    app.logger.info("searched for %s", shown)
    return jsonify(count=len(found))
