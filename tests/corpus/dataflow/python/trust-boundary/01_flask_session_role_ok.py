import sqlite3

from flask import Flask, jsonify, request, session
from werkzeug.security import check_password_hash

app = Flask(__name__)
app.config.from_prefixed_env()


def account(name):
    with sqlite3.connect("users.db") as db:
        query = "SELECT id, digest, role FROM users WHERE name = ?"
        return db.execute(query, (name,)).fetchone()


@app.post("/login")
def login():
    row = account(request.form["name"])
    if row is None or not check_password_hash(row[1], request.form["password"]):
        return jsonify(error="sign-in failed"), 401
    session["user_id"] = row[0]
    session["role"] = row[2]
    return jsonify(signed_in=True)
