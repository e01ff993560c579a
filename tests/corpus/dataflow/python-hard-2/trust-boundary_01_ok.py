import os
from dataclasses import dataclass

from flask import Flask, abort, jsonify, request, session
from werkzeug.security import check_password_hash

from accounts import AccountStore

app = Flask(__name__)
app.secret_key = os.environ["APP_SECRET"]
app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax")


@dataclass
class SignIn:
    login: str
    password: str
    role: str = "member"

    @classmethod
    def from_form(cls, form):
        return cls(form["login"], form["password"], form.get("role", "member"))


class Gatekeeper:
    def __init__(self, store):
        self.store = store

    def admit(self, attempt):
        account = self.store.find(attempt.login)
        if account is None or not check_password_hash(account.password_hash, attempt.password):
            return None
        if account.role != attempt.role:
            app.logger.info("role differs from the stored one")
        return account, attempt


class SessionWriter:
    def __init__(self, target):
        self.target = target

    def open(self, account, attempt):
        self.target.clear()
        self.target["account_id"] = account.id
        self.target["role"] = account.role


gatekeeper = Gatekeeper(AccountStore("accounts.db"))


@app.post("/sign-in")
def sign_in():
    admitted = gatekeeper.admit(SignIn.from_form(request.form))
    if admitted is None:
        abort(401)
    SessionWriter(session).open(*admitted)
    return jsonify(ok=True)


@app.delete("/articles/<int:number>")
def remove(number):
    if session.get("role") != "editor":
        abort(403)
    return jsonify(removed=number)
