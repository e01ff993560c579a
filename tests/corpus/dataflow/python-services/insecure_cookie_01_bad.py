import hashlib
import logging
import secrets

from flask import Flask, jsonify, request

from accounts.directory import AccountDirectory
from web.cookies import cookie_options

log = logging.getLogger(__name__)

COOKIE = "shop_login"


class LoginStore:
    def __init__(self):
        self._logins = {}

    def open(self, account):
        token = secrets.token_urlsafe(32)
        self._logins[self._key(token)] = account.id
        return token

    def account_of(self, token):
        return self._logins.get(self._key(token))

    @staticmethod
    def _key(token):
        return hashlib.sha256(token.encode()).hexdigest()


def create_app(directory=None):
    app = Flask(__name__)
    accounts = directory or AccountDirectory()
    logins = LoginStore()

    @app.post("/login")
    def login():
        body = request.get_json(silent=True) or {}
        account = accounts.authenticate(
            str(body.get("name", "")), str(body.get("password", ""))
        )
        if account is None:
            return jsonify(error="name or password is wrong"), 401
        log.info("account %d has logged in", account.id)
        response = jsonify(status="ok")
        response.set_cookie(
            COOKIE, logins.open(account), **cookie_options(max_age=7200)
        )
        return response

    @app.get("/me")
    def me():
        account_id = logins.account_of(request.cookies.get(COOKIE, ""))
        return jsonify(account=account_id), (200 if account_id else 401)

    return app
