import json
import os
from dataclasses import dataclass

import azure.functions as func
import pyodbc

app = func.FunctionApp()


@dataclass(frozen=True)
class Search:
    city: str
    limit: int

    @classmethod
    def of(cls, fields):
        return cls(city=fields.get("city", ""), limit=int(fields.get("limit", 10)))

    def statement(self):
        text = f"SELECT TOP {self.limit} id FROM branch WHERE city = ?"
        return (text, self.city)


@app.route(route="branches", methods=["GET"])
def branches(req: func.HttpRequest) -> func.HttpResponse:
    search = Search.of(req.params)
    with pyodbc.connect(os.environ["SQL_CONNECTION"]) as conn:
        rows = conn.cursor().execute(*search.statement()).fetchall()
    ids = [row.id for row in rows]
    return func.HttpResponse(json.dumps(ids), mimetype="application/json")
