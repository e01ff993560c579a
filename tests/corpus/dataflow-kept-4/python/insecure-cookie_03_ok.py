import secrets
from http.cookies import SimpleCookie
from wsgiref.simple_server import make_server

VISITS = {}


class Visitors:
    name = "visit"

    def __init__(self, application):
        self.application = application

    def known(self, environ):
        jar = SimpleCookie(environ.get("HTTP_COOKIE", ""))
        morsel = jar.get(self.name)
        return morsel.value if morsel and morsel.value in VISITS else None

    def fresh(self):
        key = secrets.token_hex(16)
        VISITS[key] = {}
        jar = SimpleCookie()
        jar[self.name] = key
        for flag, value in (("httponly", True), ("path", "/"), ("secure", True)):
            jar[self.name][flag] = value
        return key, jar[self.name].OutputString()

    def __call__(self, environ, start_response):
        key, extra = self.known(environ), []
        if key is None:
            key, cookie = self.fresh()
            extra.append(("Set-Cookie", cookie))
        environ["visit"] = VISITS[key]

        def begin(status, headers, exc_info=None):
            return start_response(status, headers + extra, exc_info)

        return self.application(environ, begin)


def shop(environ, start_response):
    environ["visit"]["views"] = environ["visit"].get("views", 0) + 1
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"welcome\n"]


if __name__ == "__main__":
    make_server("", 8080, Visitors(shop)).serve_forever()
