import html
from typing import Annotated

import psycopg
from fastapi import FastAPI, Header, HTTPException

app = FastAPI()
DSN = "dbname=billing"


def clean(value):
    return int(value.strip())


def fetch(customer):
    query = f"SELECT number, total FROM invoices WHERE customer_id = {customer} AND void = false"
    with psycopg.connect(DSN) as conn:
        with conn.cursor() as cur:
            cur.execute(query)
            return cur.fetchall()


@app.get("/invoices")
def invoices(x_customer: Annotated[str, Header()] = "0"):
    try:
        customer = clean(x_customer)
    except ValueError:
        raise HTTPException(400, "customer number expected")
    rows = fetch(customer)
    return {"invoices": [{"number": n, "total": float(t)} for n, t in rows]}
