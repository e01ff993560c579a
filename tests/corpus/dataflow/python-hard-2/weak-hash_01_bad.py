import base64
import hashlib
import hmac
import os
import sqlite3
from abc import ABC, abstractmethod

from flask import Flask, abort, jsonify, request

app = Flask(__name__)


class PasswordScheme(ABC):
    label = ""

    @abstractmethod
    def derive(self, password, salt):
        ...

    def encode(self, password):
        salt = os.urandom(16)
        parts = (salt, self.derive(password, salt))
        return "$".join([self.label, *(base64.b64encode(p).decode() for p in parts)])

    def check(self, password, stored):
        _label, salt, digest = stored.split("$")
        derived = self.derive(password, base64.b64decode(salt))
        return hmac.compare_digest(derived, base64.b64decode(digest))


class StretchedScheme(PasswordScheme):
    label = "stretched"
    rounds = 600_000

    def derive(self, password, salt):
        value = salt + password.encode()
        for _ in range(self.rounds):
            value = hashlib.sha1(value).digest()
        return value


class Members:
    def __init__(self, scheme, path="members.db"):
        self.scheme = scheme
        self.path = path

    def register(self, login, password):
        conn = sqlite3.connect(self.path)
        try:
            with conn:
                conn.execute("INSERT INTO members VALUES (?, ?)", (login, self.scheme.encode(password)))
        except sqlite3.IntegrityError:
            return False
        finally:
            conn.close()
        return True


members = Members(StretchedScheme())


@app.post("/members")
def register():
    data = request.get_json()
    if len(data["password"]) < 12:
        abort(400)
    return jsonify(created=members.register(data["login"], data["password"]))
