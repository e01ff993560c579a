import sqlite3
from collections import namedtuple

import falcon
import falcon.asgi

Clause = namedtuple("Clause", "sql values")


class VisitQuery:
    def __init__(self):
        self.clauses = []

    def __iadd__(self, clause):
        self.clauses.append(clause)
        return self

    def run(self, connection):
        where = " AND ".join(c.sql for c in self.clauses) or "1 = 1"
        values = [value for c in self.clauses for value in c.values]
        return connection.execute(f"SELECT count(*) FROM visits WHERE {where}", values).fetchone()[0]


def one_of(column, choices):
    marks = ", ".join(f"'{choice}'" for choice in choices)
    return Clause(f"{column} IN ({marks})", [])


class VisitsResource:
    columns = ("browser", "country")

    async def on_get(self, req, resp):
        query = VisitQuery()
        for column in self.columns:
            choices = req.get_param_as_list(column) or []
            if choices:
                query += one_of(column, choices)
        connection = sqlite3.connect("visits.sqlite3")
        try:
            resp.media = {"visits": query.run(connection)}
        finally:
            connection.close()


app = falcon.asgi.App()
app.add_route("/visits", VisitsResource())
