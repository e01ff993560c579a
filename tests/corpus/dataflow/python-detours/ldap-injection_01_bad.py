from abc import ABC, abstractmethod

from flask import Flask, jsonify, request
from ldap3 import Connection, Server
from ldap3.utils.conv import escape_filter_chars

app = Flask(__name__)
server = Server("ldaps://directory.internal")


class TermFormatter(ABC):
    @abstractmethod
    def term(self, attribute, value): ...


class LiteralFormatter(TermFormatter):
    def term(self, attribute, value):
        return f"({attribute}={value})"


class EscapedFormatter(TermFormatter):
    def term(self, attribute, value):
        return f"({attribute}={escape_filter_chars(value)})"


def formatter_for(backend):
    if backend == "legacy":
        return LiteralFormatter()
    return EscapedFormatter()


@app.get("/people")
def people():
    surname = request.args.get("surname", "")
    formatter = formatter_for("legacy")
    criteria = "(&(objectClass=person)" + formatter.term("sn", surname) + ")"
    with Connection(server, auto_bind=True) as conn:
        conn.search("ou=people,dc=example,dc=org", criteria, attributes=["mail"])
        found = [str(entry.mail) for entry in conn.entries]
    return jsonify(found)
