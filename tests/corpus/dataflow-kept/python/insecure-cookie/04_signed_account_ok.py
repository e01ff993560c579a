"""Account cookie of the forum, signed by the application."""
import os

import tornado.web


class BaseHandler(tornado.web.RequestHandler):
    def get_current_user(self):
        value = self.get_signed_cookie("account", max_age_days=14)
        return value.decode() if value else None


class SignInHandler(BaseHandler):
    def initialize(self, accounts):
        self.accounts = accounts

    async def post(self):
        name = self.get_body_argument("name")
        password = self.get_body_argument("password")
        account = await self.accounts.verify(name, password)
        if account is None:
            self.set_status(401)
            self.write({"error": "wrong name or password"})
            return
        self.set_signed_cookie(
            "account", str(account.id), expires_days=14, httponly=True, secure=True
        )
        self.redirect("/")


def make_app(accounts):
    return tornado.web.Application(
        [(r"/sign-in", SignInHandler, {"accounts": accounts})],
        cookie_secret=os.environ["COOKIE_SECRET"],
        xsrf_cookies=True,
        xsrf_cookie_kwargs={"secure": True, "samesite": "Strict"},
    )
