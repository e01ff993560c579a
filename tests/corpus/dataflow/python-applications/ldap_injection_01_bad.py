from flask import Flask, jsonify, request

from directory import filters
from directory.client import PEOPLE, session

app = Flask(__name__)


class PeopleService:
    def __init__(self, open_session):
        self._open = open_session

    def count(self, query):
        with self._open() as connection:
            connection.search(PEOPLE, query, attributes=["cn"])
            return len(connection.entries)


people = PeopleService(session)


@app.get("/people/count")
def count_people():
    surname = request.args.get("surname", "")
    if not 2 <= len(surname) <= 40:
        return jsonify(error="surname required"), 400
    query = filters.all_of(
        filters.matches("objectClass", "person"),
        filters.matches("employeeType", "*"),
        filters.matches("sn", surname),
    )
    return jsonify(count=people.count(query))
