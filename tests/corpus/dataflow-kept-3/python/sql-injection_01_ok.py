import sqlite3

from flask import Flask, g, jsonify, request

app = Flask(__name__)
SORTABLE = {"name": "name", "city": "city", "joined": "joined_at"}


class Listing:
    def __init__(self, args):
        self.args = args
        self.order = "name"
        self.direction = "ASC"
        self.limit = 50

    def configure(self):
        match self.args.get("dir", "asc").lower():
            case "desc":
                self.direction = "DESC"
            case _:
                self.direction = "ASC"
        wanted = self.args.get("sort", "name")
        self.order = SORTABLE.get(wanted) or self.order
        self.limit = min(int(self.args.get("limit", 50)), 200)
        return self

    def sql(self):
        return "SELECT id, name, city FROM members ORDER BY {0.order} {0.direction} LIMIT {0.limit}".format(self)


def database():
    if "db" not in g:
        g.db = sqlite3.connect("/var/lib/club/members.db")
    return g.db


@app.get("/members")
def members():
    listing = Listing(request.args).configure()
    rows = database().execute(listing.sql()).fetchall()
    return jsonify([dict(zip(("id", "name", "city"), r)) for r in rows])
