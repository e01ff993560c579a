import os
import secrets

import tornado.web


class AccountHandler(tornado.web.RequestHandler):
    cookie = "account"

    def current(self):
        value = self.get_signed_cookie(self.cookie)
        return value.decode() if value else None

    def remember(self, key, days=14):
        self.set_signed_cookie(
            self.cookie,
            key,
            expires_days=days,
            httponly=True,
            samesite="Strict",
            path="/account",
        )


class JoinHandler(AccountHandler):
    def post(self):
        key = self.current()
        if key is None:
            key = secrets.token_urlsafe(24)
            self.application.settings["members"][key] = {"visits": 0}
            self.remember(key)
        self.write({"joined": True})


class VisitHandler(AccountHandler):
    def post(self):
        member = self.application.settings["members"].get(self.current())
        if member is None:
            raise tornado.web.HTTPError(403)
        member["visits"] += 1
        self.write({"visits": member["visits"]})


def make_app():
    return tornado.web.Application(
        [(r"/account/join", JoinHandler), (r"/account/visit", VisitHandler)],
        cookie_secret=os.environ["COOKIE_SECRET"],
        members={},
    )
