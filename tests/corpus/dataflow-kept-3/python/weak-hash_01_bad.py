import hashlib
import os
import sqlite3
from contextlib import closing

from flask import Flask, jsonify, request

app = Flask(__name__)


class Credential:
    rounds = 3

    def __init__(self, password):
        self.salt = os.urandom(16)
        self._password = password.encode("utf-8")

    @property
    def digest(self):
        value = self._password
        for _ in range(self.rounds):
            value = hashlib.md5(self.salt + value).digest()
        return value


@app.post("/users")
def register():
    credential = Credential(request.form["password"])
    with closing(sqlite3.connect("/var/lib/app/users.db")) as db, db:
        db.execute(
            "INSERT INTO users (name, salt, digest) VALUES (?, ?, ?)",
            (request.form["name"], credential.salt, credential.digest),
        )
    return jsonify(created=True), 201
