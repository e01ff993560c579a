import ldap
from flask import Flask, abort, jsonify, request
from ldap.dn import escape_dn_chars
from ldap.filter import escape_filter_chars

app = Flask(__name__)
BASE = "ou=staff,dc=example,dc=org"


def directory():
    client = ldap.initialize("ldaps://directory.internal")
    client.simple_bind_s()
    return client


def unit_dn(unit):
    return "ou=" + escape_dn_chars(unit) + "," + BASE


def uid_filter(uid):
    return "(&(objectClass=inetOrgPerson)(uid=%s))" % escape_dn_chars(uid)


@app.post("/staff/<unit>/lookup")
def lookup(unit):
    uid = request.get_data(cache=False).decode("utf-8", "replace").strip()
    if not uid:
        abort(400)
    client = directory()
    try:
        hits = client.search_s(unit_dn(unit), ldap.SCOPE_ONELEVEL, uid_filter(uid), ["telephoneNumber"])
    finally:
        client.unbind_s()
    phones = [value.decode() for _dn, attrs in hits for value in attrs.get("telephoneNumber", [])]
    return jsonify(phones=phones)
