import sqlite3
from itertools import chain, islice

from flask import jsonify, request


def words(*sources, limit):
    yield from islice(chain(*sources), limit)


def init(app):

    @app.route("/glossary", methods=["POST"])
    def glossary():
        terms = request.get_json(force=True).get("terms", [])
        picked = list(words(["index", "preface"], terms, limit=2))
        listed = ", ".join("'" + str(word) + "'" for word in picked)
        with sqlite3.connect("glossary.db") as db:
            rows = db.execute("SELECT word, page FROM glossary WHERE word IN (" + listed + ")").fetchall()
        return jsonify(dict(rows))
