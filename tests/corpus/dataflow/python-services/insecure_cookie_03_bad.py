import json
import logging
import secrets
from http.cookies import CookieError, SimpleCookie
from wsgiref.simple_server import make_server

from web.cookies import DEVICE_ATTRIBUTES

log = logging.getLogger(__name__)

NAME = "sid"


class SessionMiddleware:
    def __init__(self, app):
        self.app = app
        self.sessions = {}

    def find(self, environ):
        try:
            cookies = SimpleCookie(environ.get("HTTP_COOKIE", ""))
        except CookieError:
            log.info("cookies could not be read")
            return None
        morsel = cookies.get(NAME)
        return self.sessions.get(morsel.value) if morsel else None

    def create(self):
        key = secrets.token_urlsafe(32)
        self.sessions[key] = {"visits": 0}
        cookie = SimpleCookie()
        cookie[NAME] = key
        cookie[NAME].update(DEVICE_ATTRIBUTES)
        return self.sessions[key], cookie[NAME].OutputString()

    def __call__(self, environ, start_response):
        session, header = self.find(environ), None
        if session is None:
            session, header = self.create()
        environ["shop.session"] = session

        def start(status, headers, exc_info=None):
            if header:
                headers = [*headers, ("Set-Cookie", header)]
            return start_response(status, headers, exc_info)

        return self.app(environ, start)


def visits(environ, start_response):
    session = environ["shop.session"]
    session["visits"] += 1
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"visits": session["visits"]}).encode()]


application = SessionMiddleware(visits)

if __name__ == "__main__":
    with make_server("127.0.0.1", 8000, application) as server:
        server.serve_forever()
