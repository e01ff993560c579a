import random
import secrets
import sqlite3
from contextlib import closing

from flask import Flask, jsonify, request

app = Flask(__name__)
TIPS = ("Check the spam folder.", "The code is good for one hour.")
DIGITS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class Reset:
    def __init__(self, email):
        self.email = email
        self.parts = []

    def fill(self, groups=5, size=4):
        for _ in range(groups):
            self.parts.append("".join(secrets.choice(DIGITS) for _ in range(size)))
        return self

    @property
    def code(self):
        return "-".join(self.parts)


@app.post("/password/forgotten")
def forgotten():
    reset = Reset(request.form["email"]).fill()
    with closing(sqlite3.connect("/var/lib/app/users.db")) as db, db:
        db.execute("INSERT INTO resets (email, code) VALUES (?, ?)", (reset.email, reset.code))
    return jsonify(sent=True, tip=random.choice(TIPS))
