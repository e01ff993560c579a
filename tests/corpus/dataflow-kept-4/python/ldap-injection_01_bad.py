import os

from flask import Flask, abort, jsonify, request
from ldap3.utils.dn import escape_rdn

from directory.client import Directory

app = Flask(__name__)
people = Directory(os.environ.get("LDAP_HOST", "ldap.corp.example"), os.environ.get("LDAP_SECRET", ""))

ATTRIBUTES = {"uid", "mail", "cn"}


def condition(attribute, value):
    return "(&(objectClass=person)({}={}))".format(attribute, escape_rdn(value))


@app.get("/people")
def lookup():
    attribute = request.args.get("by", "uid")
    if attribute not in ATTRIBUTES:
        abort(400)
    value = request.args.get("value", "")
    if not 1 <= len(value) <= 64:
        abort(400)
    return jsonify(people.find(condition(attribute, value)))
