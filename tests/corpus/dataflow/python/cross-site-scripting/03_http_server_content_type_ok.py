from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Echo(BaseHTTPRequestHandler):
    content_type = "text/plain; charset=utf-8"

    def do_GET(self):
        fields = parse_qs(urlsplit(self.path).query)
        name = fields.get("name", ["stranger"])[0]
        body = f"Hello {name}, nice to see you.\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", self.content_type)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", 8000), Echo).serve_forever()
