import os
import sqlite3

from flask import Flask, abort, jsonify, request, session

app = Flask(__name__)
app.secret_key = os.environ.get("APP_KEY", os.urandom(32))
app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_HTTPONLY=True)


def account_of(user_id, number):
    with sqlite3.connect("var/bank.db") as conn:
        return conn.execute(
            "SELECT id, number FROM accounts WHERE owner = ? AND number = ?", (user_id, number)
        ).fetchone()


@app.post("/accounts/select")
def select_account():
    user_id = session.get("user_id")
    if user_id is None:
        abort(401)
    number = request.form.get("number", "")
    row = account_of(user_id, number)
    if row is None:
        abort(403)
    session["account_number"] = row[1]
    return jsonify(selected=True)
