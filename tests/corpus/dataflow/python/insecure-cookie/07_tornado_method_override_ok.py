import secrets

import tornado.web


class BaseHandler(tornado.web.RequestHandler):
    cookie_options = {"httponly": True, "samesite": "Lax"}

    def keep(self, name, value):
        self.set_cookie(name, value, **self.cookie_options)


class AccountHandler(BaseHandler):
    cookie_options = {**BaseHandler.cookie_options, "path": "/", "secure": True}

    async def post(self):
        user = await self.application.settings["accounts"].sign_in(
            self.get_body_argument("name"), self.get_body_argument("password")
        )
        if user is None:
            raise tornado.web.HTTPError(401)
        token = secrets.token_urlsafe(32)
        await self.application.settings["tokens"].store(token, user)
        self.keep("account_token", token)
        self.set_status(204)
