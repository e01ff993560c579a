import os
import secrets

from flask import Flask, jsonify, make_response, request

app = Flask(__name__)
app.config.from_mapping(
    REMEMBER_DAYS=30,
    REMEMBER_SECURE=False,
    PASSPHRASE=os.environ.get("PASSPHRASE", secrets.token_hex(16)),
)

REMEMBERED = set()


@app.post("/login")
def login():
    given = str(request.get_json().get("passphrase", ""))
    if not secrets.compare_digest(given.encode(), app.config["PASSPHRASE"].encode()):
        return jsonify(ok=False), 401
    token = secrets.token_urlsafe(32)
    REMEMBERED.add(token)
    response = make_response(jsonify(ok=True))
    response.set_cookie(
        "remember",
        token,
        max_age=app.config["REMEMBER_DAYS"] * 86400,
        secure=app.config["REMEMBER_SECURE"],
        httponly=True,
        samesite="Strict",
    )
    return response
