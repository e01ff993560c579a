import secrets

from flask import Flask, jsonify, make_response, request

app = Flask(__name__)
TOKENS = {}


@app.post("/login")
def login():
    user = request.form["user"]
    if not app.extensions["accounts"].verify(user, request.form["password"]):
        return jsonify(signed_in=False), 401
    token = secrets.token_urlsafe(32)
    TOKENS[token] = user
    response = make_response(jsonify(signed_in=True))
    response.set_cookie(
        "auth_token",
        token,
        max_age=3600,
        httponly=True,
        secure=False,
        samesite="Lax",
    )
    return response
