import sqlite3

from flask import Flask, g, jsonify, request

app = Flask(__name__)
COLUMNS = {"name": "name", "age": "birth_date", "joined": "created_at"}


def connection():
    if "db" not in g:
        g.db = sqlite3.connect("/var/lib/club/members.db")
    return g.db


@app.teardown_appcontext
def close(_error):
    db = g.pop("db", None)
    if db is not None:
        db.close()


def ordering(requested):
    direction = "DESC" if requested.startswith("-") else "ASC"
    key = requested.lstrip("-")
    column = COLUMNS.get(key, key)
    return " ".join((column, direction))


@app.route("/members", methods=["GET", "POST"])
def members():
    clause = ordering(request.values.get("sort", "name"))
    limit = request.values.get("limit", 50, type=int)
    rows = connection().execute(
        "SELECT id, name FROM members WHERE active = 1 ORDER BY " + clause + " LIMIT ?", (limit,)
    )
    return jsonify([{"id": ident, "name": name} for ident, name in rows])
