import os

from flask import Flask, abort, jsonify, request, session
from werkzeug.security import check_password_hash

from members.accounts import accounts

app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.environ["SECRET_KEY"],
    SESSION_COOKIE_SECURE=True,
    SESSION_COOKIE_HTTPONLY=True,
)
HASHES = {}


class SignIn:
    keys = ("account", "role", "view")

    def __init__(self, account, form):
        self.account = account
        self.form = form

    def view(self):
        return "compact" if self.form.get("view") == "compact" else "full"

    def values(self):
        role = self.form.get("role", self.account.role)
        return self.account.id, role, self.view()

    def apply(self, target):
        target.clear()
        for key, value in zip(self.keys, self.values()):
            target[key] = value


@app.post("/sign-in")
def sign_in():
    account = accounts.by_email(request.form.get("email", ""))
    if account is None:
        abort(403)
    if not check_password_hash(HASHES[account.id], request.form.get("password", "")):
        abort(403)
    SignIn(account, request.form).apply(session)
    return jsonify(ok=True)


@app.get("/admin/stats")
def stats():
    if session.get("role") != "editor":
        abort(403)
    return jsonify(accounts=len(HASHES))
