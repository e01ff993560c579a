import secrets
from http.cookies import SimpleCookie


class Cookies:
    def __init__(self, **flags):
        self.jar = SimpleCookie()
        self.flags = flags

    def put(self, name, value):
        self.jar[name] = value
        morsel = self.jar[name]
        for flag, state in self.flags.items():
            if state:
                morsel[flag] = state
        return self

    def headers(self):
        return [("Set-Cookie", morsel.OutputString()) for morsel in self.jar.values()]


def application(environ, start_response):
    cookies = Cookies(httponly=True, path="/", secure=True)
    cookies.put("visit", secrets.token_hex(16))
    start_response("200 OK", [("Content-Type", "text/plain"), *cookies.headers()])
    return [b"hello\n"]
