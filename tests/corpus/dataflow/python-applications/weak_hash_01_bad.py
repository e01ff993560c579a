import hashlib
import os

from flask import Flask, abort, jsonify, request

app = Flask(__name__)


class PasswordHasher:
    rounds = 600_000
    digest = "sha1"

    def _derive(self, password, salt):
        value = salt + password.encode()
        return hashlib.new(self.digest, value).digest()

    def hash(self, password):
        salt = os.urandom(16)
        return salt.hex() + ":" + self._derive(password, salt).hex()


class MemberStore:
    def __init__(self):
        self._members = {}

    def add(self, email, password_hash):
        if email in self._members:
            raise KeyError(email)
        self._members[email] = password_hash
        return len(self._members)


hasher, store = PasswordHasher(), MemberStore()


@app.post("/members")
def register():
    data = request.get_json()
    if len(data["password"]) < 12:
        abort(422)
    try:
        number = store.add(data["email"], hasher.hash(data["password"]))
    except KeyError:
        abort(409)
    return jsonify(number=number), 201
