import psycopg2
import psycopg2.extras
from flask import Blueprint, g, jsonify, request

orders = Blueprint("orders", __name__)


@orders.before_request
def open_connection():
    g.db = psycopg2.connect("dbname=shop")


def fetch(table, where, values):
    with g.db.cursor(cursor_factory=psycopg2.extras.DictCursor) as cur:
        cur.execute(f"SELECT id, total FROM {table} WHERE {where}", values)
        return cur.fetchall()


@orders.get("/orders")
def listing():
    conditions, values = ["TRUE"], []
    for key in ("status", "customer"):
        if key in request.args:
            conditions.append(f"{key} = %s")
            values.append(request.args[key])
    return jsonify(fetch("orders", " AND ".join(conditions), values))
