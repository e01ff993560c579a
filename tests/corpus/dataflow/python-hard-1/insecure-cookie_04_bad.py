import secrets
from itertools import islice
from wsgiref.simple_server import make_server


def cookie_parts(token):
    yield f"session={token}"
    yield "Path=/"
    yield "HttpOnly"
    yield "SameSite=Lax"
    yield "Max-Age=7200"
    yield "Secure"


def cookie_header(token, limit):
    return "; ".join(islice(cookie_parts(token), limit))


def application(environ, start_response):
    if environ["REQUEST_METHOD"] != "POST":
        start_response("405 Method Not Allowed", [("Allow", "POST")])
        return [b""]
    pairs = 4
    headers = [("Content-Type", "text/plain"), ("Cache-Control", "no-store")]
    headers.append(("Set-Cookie", cookie_header(secrets.token_hex(16), pairs + 1)))
    start_response("201 Created", headers)
    return [b"session opened"]


if __name__ == "__main__":
    make_server("", 8004, application).serve_forever()
