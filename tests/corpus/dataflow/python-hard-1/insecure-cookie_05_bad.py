import os
import secrets

import falcon
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError


class SessionResource:
    def __init__(self, hasher):
        self.hasher = hasher

    def on_post(self, req, resp):
        form = req.get_media()
        try:
            self.hasher.verify(os.environ["OPERATOR_HASH"], str(form.get("pin", "")))
        except VerifyMismatchError:
            raise falcon.HTTPForbidden(title="Wrong PIN")
        resp.set_cookie(
            "operator",
            secrets.token_urlsafe(32),
            max_age=900,
            path="/",
            http_only=True,
            same_site="Strict",
        )
        resp.status = falcon.HTTP_201
        resp.media = {"opened": True}

    def on_get(self, req, resp):
        resp.media = {"open": "operator" in req.cookies}


def create_app():
    app = falcon.App()
    app.resp_options.secure_cookies_by_default = False
    app.add_route("/session", SessionResource(PasswordHasher()))
    return app
