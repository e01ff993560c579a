import secrets

from flask import Flask, jsonify, make_response

app = Flask(__name__)

COOKIE_DEFAULTS = {"httponly": True, "samesite": "Lax", "secure": True, "path": "/"}


class Visitors:
    cookie = "visitor"

    def __init__(self):
        self._known = set()

    def welcome(self):
        token = secrets.token_urlsafe(32)
        self._known.add(token)
        return token

    def options(self, **extra):
        merged = dict(COOKIE_DEFAULTS)
        merged.update(extra)
        return merged


visitors = Visitors()


@app.post("/visit")
def visit():
    response = make_response(jsonify(welcome=True))
    response.set_cookie(
        visitors.cookie,
        visitors.welcome(),
        **visitors.options(max_age=3600, secure=True),
    )
    return response


@app.get("/health")
def health():
    return jsonify(ok=True)
