import os
from urllib.parse import parse_qs, unquote

ROOT = "/srv/manuals"


def components(name):
    yield from name.replace("\\", "/").split("/")


def acceptable(name):
    return bool(name) and all(c not in ("", ".", "..") for c in components(name))


def chosen(query_string):
    name = parse_qs(query_string).get("page", ["index.txt"])[0]
    if acceptable(name) and (name := unquote(name)):
        return name
    return "index.txt"


def application(environ, start_response):
    name = chosen(environ.get("QUERY_STRING", ""))
    try:
        handle = open(os.path.join(ROOT, name), "rb")
    except (OSError, ValueError):
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"no such page"]
    with handle:
        body = handle.read()
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8"),
                              ("X-Content-Type-Options", "nosniff")])
    return [body]


if __name__ == "__main__":
    from wsgiref.simple_server import make_server

    make_server("", 8012, application).serve_forever()
