import os
import sqlite3
from contextlib import closing

from flask import Flask, abort, jsonify, request, session

app = Flask(__name__)
app.secret_key = os.environ["APP_SECRET"]
app.config.update(SESSION_COOKIE_SECURE=True)


class Memberships:
    def __init__(self, user_id):
        self.user_id = user_id

    def __iter__(self):
        with closing(sqlite3.connect("/var/lib/app/app.db")) as db:
            query = "SELECT account_id, role FROM memberships WHERE user_id = ?"
            yield from db.execute(query, (self.user_id,)).fetchall()


@app.post("/account/switch")
def switch():
    if "user_id" not in session:
        abort(401)
    wanted = request.form.get("account_id", "")
    for account_id, role in Memberships(session["user_id"]):
        if str(account_id) == wanted:
            chosen = {"account_id": account_id, "role": role}
            break
    else:
        abort(403)
    session["account_id"] = chosen["account_id"]
    session["role"] = chosen["role"]
    return jsonify(switched=True)


@app.get("/account/balance")
def balance():
    with closing(sqlite3.connect("/var/lib/app/app.db")) as db:
        row = db.execute("SELECT balance FROM accounts WHERE id = ?", (session["account_id"],)).fetchone()
    return jsonify(balance=row[0] if row else None)
