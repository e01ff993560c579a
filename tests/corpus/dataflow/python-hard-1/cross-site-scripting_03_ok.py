import html
from functools import reduce
from urllib.parse import parse_qsl, unquote_plus

PAGE = "<html><body><p>Welcome back, {0}</p></body></html>"


def clip(value):
    return value[:200]


STAGES = (unquote_plus, clip, html.escape)


def through(stages, value):
    return reduce(lambda current, stage: stage(current), stages, value)


def application(environ, start_response):
    fields = dict(parse_qsl(environ.get("QUERY_STRING", "")))
    name = through(STAGES, fields.get("name", "guest"))
    body = PAGE.format(name).encode("utf-8")
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(body))),
    ]
    start_response("200 OK", headers)
    return [body]


if __name__ == "__main__":
    from wsgiref.simple_server import make_server

    make_server("", 8000, application).serve_forever()
