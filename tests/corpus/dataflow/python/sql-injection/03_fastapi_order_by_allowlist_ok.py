import os

import psycopg
from fastapi import FastAPI, HTTPException

app = FastAPI()
COLUMNS = {"name", "created", "price"}


@app.get("/items")
def items(sort: str = "name", limit: int = 20):
    if sort not in COLUMNS:
        detail = {"columns": sorted(COLUMNS)}
        raise HTTPException(status_code=422, detail=detail)
    statement = "SELECT id, name FROM items ORDER BY " + sort + " LIMIT %s"
    with psycopg.connect(os.environ["DATABASE_URL"]) as conn:
        with conn.cursor() as cursor:
            cursor.execute(statement, (limit,))
            rows = cursor.fetchall()
    if not rows:
        raise HTTPException(status_code=404, detail="no items")
    return [{"id": row[0], "name": row[1]} for row in rows]
