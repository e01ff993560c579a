import os

from bottle import Bottle, request
from sqlalchemy import create_engine, text

app = Bottle()
engine = create_engine(os.environ.get("DATABASE_URL", "sqlite:///stock.db"))
FIELDS = {"sku", "colour", "site"}


def clauses(query):
    parts, values = ["1 = 1"], {}
    for name, value in query.items():
        if name not in FIELDS:
            continue
        parts.append("{} = '{}'".format(name, value))
    return " AND ".join(parts), values


@app.get("/stock")
def stock():
    where, values = clauses(request.query)
    statement = text("SELECT sku, amount FROM stock WHERE " + where)
    with engine.connect() as conn:
        rows = conn.execute(statement, values).mappings().all()
    return {"rows": [dict(row) for row in rows]}
