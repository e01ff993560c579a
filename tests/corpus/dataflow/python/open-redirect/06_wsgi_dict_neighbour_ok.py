from urllib.parse import parse_qs
from wsgiref.simple_server import make_server

LANGUAGES = ("en", "fr", "de")


def application(environ, start_response):
    fields = parse_qs(environ.get("QUERY_STRING", ""))
    language = fields.get("lang", ["en"])[0]
    if language not in LANGUAGES:
        language = "en"
    places = {"back": fields.get("back", ["/"])[0], "front": "/" + language + "/"}
    headers = [("Location", places["front"])]
    headers.append(("Content-Length", "0"))
    start_response("302 Found", headers)
    return [b""]


if __name__ == "__main__":
    with make_server("127.0.0.1", 8000, application) as server:
        server.serve_forever()
