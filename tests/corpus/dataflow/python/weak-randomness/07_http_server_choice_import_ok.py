import json
import string
from http.server import BaseHTTPRequestHandler, HTTPServer
from random import shuffle
from secrets import choice

WORDS = ["amber", "birch", "cedar", "delta", "ember"]
SIGNS = string.ascii_letters + string.digits


def new_password(length=16):
    return "".join(map(choice, [SIGNS] * length))


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        words = list(WORDS)
        shuffle(words)
        body = json.dumps({"password": new_password(), "examples": words}).encode()
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
