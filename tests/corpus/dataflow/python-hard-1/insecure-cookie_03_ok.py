import configparser
import secrets
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, HTTPServer

DEFAULTS = """
[ticket]
path = /
max-age = 1800
samesite = Strict
httponly = on
secure = on
"""


def load_settings():
    parser = configparser.ConfigParser()
    parser.read_string(DEFAULTS)
    return parser["ticket"]


def ticket_cookie(settings):
    jar = SimpleCookie()
    jar["ticket"] = secrets.token_urlsafe(24)
    morsel = jar["ticket"]
    for attribute in settings:
        if attribute in ("secure", "httponly"):
            morsel[attribute] = settings.getboolean(attribute)
        else:
            morsel[attribute] = settings[attribute]
    return morsel


class TicketHandler(BaseHTTPRequestHandler):
    settings = load_settings()

    def do_POST(self):
        morsel = ticket_cookie(self.settings)
        self.send_response(204)
        self.send_header("Set-Cookie", morsel.OutputString())
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", 8006), TicketHandler).serve_forever()
