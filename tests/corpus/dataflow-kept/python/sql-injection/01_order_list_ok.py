"""Order list of the back office, with paging and sorting."""
import os

import psycopg
from fastapi import Depends, FastAPI, HTTPException
from psycopg.rows import dict_row

app = FastAPI()
COLUMNS = {
    "date": "created_at",
    "total": "total_cents",
    "customer": "customer_name",
}


def database():
    with psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row) as connection:
        yield connection


@app.get("/orders")
def orders(
    status: str = "open",
    sort: str = "date",
    direction: str = "desc",
    page: int = 1,
    connection: psycopg.Connection = Depends(database),
):
    if sort not in COLUMNS:
        raise HTTPException(status_code=422, detail="cannot sort by that")
    way = "ASC" if direction.lower() == "asc" else "DESC"
    statement = f"""
        SELECT id, customer_name, total_cents, created_at
          FROM orders
         WHERE status = %(status)s
         ORDER BY {COLUMNS[sort]} {way}
         LIMIT 50 OFFSET %(offset)s
    """
    values = {"status": status, "offset": (max(page, 1) - 1) * 50}
    rows = connection.execute(statement, values).fetchall()
    return {"page": page, "orders": rows}
