import os
import secrets
from dataclasses import dataclass, replace

from flask import Flask, jsonify, request
from werkzeug.security import check_password_hash

app = Flask(__name__)


@dataclass(frozen=True)
class CookiePolicy:
    name: str
    max_age: int = 3600
    secure: bool = False
    httponly: bool = False
    samesite: str = "Lax"


class PolicyFactory:
    base = CookiePolicy("sid")

    def for_login(self):
        return replace(self.base, httponly=True, secure=True, samesite="Strict")


class SessionWriter:
    def __init__(self, policy):
        self.policy = policy

    def write(self, response, token):
        p = self.policy
        response.set_cookie(
            p.name,
            token,
            max_age=p.max_age,
            secure=p.secure,
            httponly=p.httponly,
            samesite=p.samesite,
        )
        return response


class Gatekeeper:
    def admits(self, password):
        return check_password_hash(os.environ["ADMIN_HASH"], password)


@app.post("/login")
def login():
    if not Gatekeeper().admits(request.form.get("password", "")):
        return jsonify(error="denied"), 403
    writer = SessionWriter(PolicyFactory().for_login())
    return writer.write(jsonify(ok=True), secrets.token_urlsafe(32))
