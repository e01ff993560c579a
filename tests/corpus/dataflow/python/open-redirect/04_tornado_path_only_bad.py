from urllib.parse import urlsplit

import tornado.web


def local_part(url):
    parts = urlsplit(url)
    path = parts.path or "/"
    return path + ("?" + parts.query if parts.query else "")


class LoginHandler(tornado.web.RequestHandler):
    def post(self):
        name = self.get_body_argument("name")
        if not self.application.settings["accounts"].verify(
            name, self.get_body_argument("password")
        ):
            raise tornado.web.HTTPError(401)
        self.set_signed_cookie("user", name, secure=True, httponly=True)
        self.redirect(local_part(self.get_query_argument("next", "/")))


def make_app(accounts, secret):
    return tornado.web.Application(
        [(r"/login", LoginHandler)], accounts=accounts, cookie_secret=secret
    )
