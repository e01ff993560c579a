import sqlite3

from flask import Flask, g, jsonify, request

app = Flask(__name__)


def db():
    if "db" not in g:
        g.db = sqlite3.connect("shop.db")
        g.db.row_factory = sqlite3.Row
    return g.db


@app.get("/products")
def products():
    term = request.args.get("q", "").strip()
    pattern = f"%{term}%"
    rows = db().execute(f"SELECT id, title FROM products WHERE title LIKE '{pattern}'")
    return jsonify([dict(row) for row in rows])


@app.teardown_appcontext
def close(_exc):
    handle = g.pop("db", None)
    if handle is not None:
        handle.close()
