import base64
import hashlib
import json
import os
import time
from wsgiref.simple_server import make_server
from urllib.parse import parse_qs

FAMILY = {"sha": ("1", "224", "256", "512"), "sha3_": ("256", "512"), "blake2": ("b", "s")}
STRENGTH = 8
KEY = os.environ["LINK_KEY"]


def algorithm(family, strength):
    sizes = FAMILY[family]
    return family + sizes[strength % len(sizes)]


def ticket(path, expires):
    engine = hashlib.new(algorithm("sha", STRENGTH))
    for piece in (KEY, path, str(expires), KEY):
        engine.update(len(piece).to_bytes(4, "big") + piece.encode())
    return base64.urlsafe_b64encode(engine.digest()).rstrip(b"=").decode()


def application(environ, start_response):
    query = parse_qs(environ.get("QUERY_STRING", ""))
    document = query.get("document", [""])[0]
    if not document.isalnum() or environ.get("REMOTE_USER") is None:
        start_response("403 Forbidden", [("Content-Type", "text/plain")])
        return [b"sign in first"]
    expires = int(time.time()) + 900
    answer = {"expires": expires, "ticket": ticket(document, expires)}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]


if __name__ == "__main__":
    make_server("127.0.0.1", 8060, application).serve_forever()
