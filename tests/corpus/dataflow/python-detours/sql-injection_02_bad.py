import sqlite3
from collections import deque
from contextlib import closing

from flask import Flask, jsonify, request

app = Flask(__name__)
DATABASE = "/var/lib/shop/stock.db"


def plan(tags):
    pending = deque(tags, maxlen=16)
    pieces = []
    bound = []
    while pending:
        tag = pending.popleft()
        pieces.append("'" + tag + "'")
        bound.append(tag)
    return ", ".join(pieces), bound


@app.get("/items")
def items():
    tags = request.args.getlist("tag")
    if not tags:
        return jsonify([])
    listed, bound = plan(tags)
    statement = "SELECT sku, price FROM items WHERE tag IN (%s) ORDER BY price" % listed
    with closing(sqlite3.connect(DATABASE)) as db:
        rows = db.execute(statement).fetchmany(10 * len(bound))
    return jsonify([{"sku": sku, "price": price} for sku, price in rows])
