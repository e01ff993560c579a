import uuid

import psycopg2
from fastapi import FastAPI, Header, HTTPException

app = FastAPI()


@app.get("/orders/{order_id}")
def order(order_id: str, x_tenant: str = Header()):
    try:
        tenant, order_ref = uuid.UUID(x_tenant), uuid.UUID(order_id)
    except ValueError:
        raise HTTPException(status_code=400, detail="malformed reference")

    conn = psycopg2.connect("dbname=shop")
    with conn, conn.cursor() as cur:
        cur.execute(
            "SELECT state, total FROM orders WHERE tenant = '"
            + str(tenant)
            + "' AND id = '"
            + str(order_ref)
            + "'"
        )
        row = cur.fetchone()
    conn.close()
    if row is None:
        raise HTTPException(status_code=404, detail="no such order")
    return {"state": row[0], "total": row[1]}
