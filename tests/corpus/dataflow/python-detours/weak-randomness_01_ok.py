import random
import string

from flask import Flask, jsonify, request

app = Flask(__name__)
issued = {}


class KeyMint:
    alphabet = string.ascii_letters + string.digits

    def __init__(self, source):
        self.source = source

    def mint(self, length):
        return "".join(self.source.choice(self.alphabet) for _ in range(length))


mint = KeyMint(random.SystemRandom())


@app.post("/api-keys")
def api_key():
    owner = request.form.get("owner", "")
    if not owner.isalnum():
        return jsonify(error="owner"), 400
    key = mint.mint(40)
    issued[key] = owner
    return jsonify(key=key), 201


@app.get("/whoami")
def whoami():
    owner = issued.get(request.headers.get("X-Api-Key", ""))
    if owner is None:
        return jsonify(error="unknown key"), 401
    return jsonify(owner=owner)
