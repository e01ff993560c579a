import html
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

FIELDS = ("subject", "author", "room")


def rows(query):
    for field in FIELDS:
        given = query.get(field, ["-"])[0]
        yield field.title(), html.escape(given), given, len(given)


def columns(query):
    return [list(column) for column in zip(*rows(query))]


def table(query):
    grid = columns(query)
    heads = "".join("<th>%s</th>" % head for head in grid[0])
    cells = "".join("<td>%s</td>" % cell for cell in grid[1])
    sizes = "".join("<td>%d</td>" % size for size in grid[3])
    return f"<table><tr>{heads}</tr><tr>{cells}</tr><tr>{sizes}</tr></table>"


class BoardHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        parts = urlsplit(self.path)
        if parts.path != "/board":
            self.send_error(404, "Not Found")
            return
        payload = table(parse_qs(parts.query)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)


if __name__ == "__main__":
    ThreadingHTTPServer(("", 8002), BoardHandler).serve_forever()
