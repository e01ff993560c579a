import logging

from flask import Flask, jsonify, request
from ldap3.core.exceptions import LDAPException

from staff.connections import directory
from staff.escaping import name_value
from staff.settings import PEOPLE

log = logging.getLogger(__name__)
app = Flask(__name__)

ATTRIBUTES = ["cn", "mail", "telephoneNumber"]


class PhoneBook:
    def __init__(self, connect, base=PEOPLE, limit=25):
        self._connect = connect
        self._base = base
        self._limit = limit

    def search(self, name):
        conditions = [
            "(objectClass=inetOrgPerson)",
            "(!(employeeType=external))",
            f"(cn={name_value(name)}*)",
        ]
        with self._connect() as connection:
            connection.search(
                self._base,
                "(&" + "".join(conditions) + ")",
                attributes=ATTRIBUTES,
                size_limit=self._limit,
            )
            return [entry.entry_attributes_as_dict for entry in connection.entries]


book = PhoneBook(directory)


@app.get("/phonebook")
def phonebook():
    name = request.args.get("name", "")
    if len(name) < 3:
        return jsonify(error="give three letters or more"), 400
    try:
        return jsonify(people=book.search(name))
    except LDAPException:
        log.exception("directory search failed")
        return jsonify(error="directory is not available"), 503
