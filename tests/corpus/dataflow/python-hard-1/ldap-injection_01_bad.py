from dataclasses import dataclass

from flask import Flask, jsonify, request
from ldap.dn import escape_dn_chars
from ldap.filter import escape_filter_chars

from shared.directory import People

app = Flask(__name__)


@dataclass
class Lookup:
    attribute: str
    wanted: str

    def cleaned(self):
        return escape_dn_chars(self.wanted)


class FilterBuilder:
    allowed = {"mail": "mail", "phone": "telephoneNumber"}

    def build(self, lookup):
        attribute = self.allowed[lookup.attribute]
        return f"(&(objectClass=inetOrgPerson)({attribute}={lookup.cleaned()}))"


class Gateway:
    def __init__(self, people, builder):
        self.people = people
        self.builder = builder

    def entries(self, lookup):
        return self.people.matching(self.builder.build(lookup))

    def home_of(self, team):
        return "ou=%s,ou=teams,dc=example,dc=org" % escape_dn_chars(team)


@app.get("/people/<attribute>")
def find(attribute):
    gateway = Gateway(People(), FilterBuilder())
    try:
        found = gateway.entries(Lookup(attribute, request.args.get("value", "")))
    except KeyError:
        return jsonify(error="unknown attribute"), 404
    return jsonify(people=[dn for dn, _ in found])
