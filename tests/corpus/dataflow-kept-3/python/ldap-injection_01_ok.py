import html
from functools import reduce

from flask import Flask, jsonify, request
from ldap3 import Connection, Server
from ldap3.utils.conv import escape_filter_chars

app = Flask(__name__)
FIELDS = {"surname": "sn", "office": "l", "phone": "telephoneNumber"}


def term(field, value):
    return "({}={})".format(FIELDS[field], escape_filter_chars(value))


def both(left, right):
    return "(&" + left + right + ")"


@app.get("/people")
def people():
    terms = [term(f, v) for f, v in request.args.items() if f in FIELDS]
    query = reduce(both, terms, "(objectClass=inetOrgPerson)")
    link = Connection(Server("ldaps://ldap.example.org"), auto_bind=True)
    try:
        link.search("ou=people,dc=example,dc=org", query, attributes=["cn"])
        return jsonify([e.cn.value for e in link.entries])
    finally:
        link.unbind()
