import hashlib
import secrets

from flask import jsonify, request


def chain(data, *constructors):
    for constructor in constructors:
        data = constructor(data).digest()
    return data


def init(app):
    recovery = {}

    @app.post("/recovery/begin")
    def begin():
        account = request.form.get("account", "")
        code = secrets.token_bytes(20)
        table = {"old": (hashlib.md5,), "new": (hashlib.sha3_512, hashlib.sha256)}
        table["used"] = table["new"]
        table["new"] = table.pop("old")
        recovery[account] = chain(code, *table["used"])
        return jsonify(begun=True)
