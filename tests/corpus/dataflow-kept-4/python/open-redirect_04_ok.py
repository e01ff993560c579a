from urllib.parse import parse_qs, quote, urljoin
from wsgiref.simple_server import make_server

DOCS = "https://docs.orchard.example/en/"

OLD = {"install": "guide/install.html", "api": "reference/api.html"}


class MovedPages:
    def __init__(self, base):
        self.base = base

    def location(self, page):
        page = OLD.get(page, page)
        return urljoin(self.base, "./" + quote(page))

    def __call__(self, environ, start_response):
        query = parse_qs(environ.get("QUERY_STRING", ""))
        page = query.get("page", ["index.html"])[0]
        if "\r" in page or "\n" in page:
            start_response("400 Bad Request", [("Content-Type", "text/plain")])
            return [b"bad page\n"]
        headers = [("Location", self.location(page)), ("Content-Length", "0")]
        start_response("301 Moved Permanently", headers)
        return [b""]


application = MovedPages(DOCS)

if __name__ == "__main__":
    make_server("", 8070, application).serve_forever()
