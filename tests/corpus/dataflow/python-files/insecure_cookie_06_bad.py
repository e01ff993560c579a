import secrets

import tornado.web


class Base(tornado.web.RequestHandler):
    flags = {"secure": True, "httponly": True, "samesite": "Lax"}

    def issue(self, name):
        self.set_cookie(name, secrets.token_urlsafe(24), **self.flags)


class EntryHandler(Base):
    flags = {name: Base.flags[name] for name in Base.flags if name != "secure"}

    def post(self):
        self.issue("entry")
        self.write({"issued": True})


def make_app():
    return tornado.web.Application([(r"/entry", EntryHandler)])
