"""What WSGI applications return is a page where they say so."""

from __future__ import annotations

from tests.fakes.dataflow import marked


def test_pages_of_applications() -> None:
    marked("""
import html
from urllib.parse import parse_qs
class Application:
    def __call__(self, environ, start_response):
        query = parse_qs(environ["QUERY_STRING"])
        if "name" not in query:
            start_response("400 Bad Request", [("Content-Type", "text/plain")])
            return [query["other"][0].encode()]
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")]
        start_response("200 OK", headers)
        return [b"<p>", query["name"][0].encode()]  # expect: cross-site-scripting

def answer(start_response, body):
    start_response("200 OK", [("Content-Type", "text/html")])
    return [body.encode()]

def raw(environ, start_response):
    return answer(start_response, "<p>" + environ["QUERY_STRING"])  # expect: cross-site-scripting

def escaped(environ, start_response):
    return answer(start_response, "<p>" + html.escape(environ["QUERY_STRING"]))

def unknown(environ, start_response):
    start_response("200 OK", environ["headers"])
    return [environ["QUERY_STRING"].encode()]
""")
