import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from lxml import etree

LIBRARY = etree.parse("library.xml")


def literal(text):
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    pieces = []
    for index, piece in enumerate(text.split("'")):
        if index:
            pieces.append('"\'"')
        pieces.append(f"'{piece}'")
    return f"concat({', '.join(pieces)})"


def loans_of(reader):
    expression = f"//loan[reader={literal(reader)}][not(@hidden)]/title/text()"
    return [str(title) for title in LIBRARY.xpath(expression)]


class LoanHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        parts = urlsplit(self.path)
        reader = parse_qs(parts.query).get("reader", [""])[-1]
        if parts.path != "/loans" or not reader:
            self.send_error(404)
            return
        try:
            titles = loans_of(reader)
        except (etree.XPathError, ValueError):
            titles = []
        body = json.dumps({"loans": titles}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", 8033), LoanHandler).serve_forever()
