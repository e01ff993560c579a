import hashlib
import os
import sqlite3

from flask import Flask, jsonify, request

app = Flask(__name__)


def derive(password, salt):
    return hashlib.md5(salt + password.encode()).hexdigest()


@app.post("/accounts")
def create_account():
    name = request.form["name"]
    salt = os.urandom(16)
    stored = derive(request.form["password"], salt)
    with sqlite3.connect("accounts.db") as db:
        db.execute(
            "INSERT INTO accounts (name, salt, digest) VALUES (?, ?, ?)",
            (name, salt.hex(), stored),
        )
    return jsonify(created=True), 201
