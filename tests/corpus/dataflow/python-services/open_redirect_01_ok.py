import logging
import os

from flask import Flask, jsonify, redirect, request, session

from accounts.directory import AccountDirectory
from accounts.redirects import same_site_path

log = logging.getLogger(__name__)


class LoginController:
    def __init__(self, directory):
        self.directory = directory

    def login(self):
        account = self.directory.authenticate(
            request.form.get("name", ""), request.form.get("password", "")
        )
        if account is None:
            return jsonify(error="name or password is wrong"), 401
        session.clear()
        session["account_id"] = account.id
        log.info("account %d has logged in", account.id)
        return redirect(same_site_path(request.form.get("next")), code=303)

    def logout(self):
        session.clear()
        return redirect("/", code=303)


def create_app(directory=None):
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=os.environ["FLASK_SECRET_KEY"],
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    controller = LoginController(directory or AccountDirectory())
    app.add_url_rule("/login", view_func=controller.login, methods=["POST"])
    app.add_url_rule("/logout", view_func=controller.logout, methods=["POST"])
    return app
