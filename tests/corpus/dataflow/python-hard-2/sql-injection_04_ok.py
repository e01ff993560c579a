import json
import sqlite3
from functools import reduce
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

DROP = str.maketrans("", "", "'\"`;\\")

STEPS = (
    str.strip,
    lambda text: text.translate(DROP),
    int,
)


def normalise(raw):
    return reduce(lambda value, step: step(value), STEPS, raw)


def orders_of(customer):
    conn = sqlite3.connect("shop.db")
    try:
        template = "SELECT number, placed, total FROM orders WHERE customer_id = {} ORDER BY placed"
        return conn.execute(template.format(customer)).fetchall()
    finally:
        conn.close()


class OrdersHandler(BaseHTTPRequestHandler):
    def _send(self, status, payload):
        body = json.dumps(payload).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        raw, *_ = query.get("customer", ["0"])
        try:
            rows = orders_of(normalise(raw))
        except (ValueError, sqlite3.Error):
            self._send(400, {"error": "bad customer"})
        else:
            self._send(200, {"orders": rows})


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", 8080), OrdersHandler).serve_forever()
