import tornado.web


class BaseHandler(tornado.web.RequestHandler):
    def remember(self, name, value, **extra):
        extra.setdefault("httponly", True)
        self.set_cookie(name, value, **extra)


class Login(BaseHandler):
    def post(self):
        self.remember("login", "yes", path="/app")
        self.finish("ok")
