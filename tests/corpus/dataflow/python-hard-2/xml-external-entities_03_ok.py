import json
from itertools import zip_longest
from wsgiref.simple_server import make_server

from lxml import etree

NAMES = ("resolve_entities", "load_dtd", "no_network", "huge_tree")
PROFILES = {
    "legacy": (True, True, True),
    "current": (False, False, True),
}
SCHEMA = (4, 2)
LIMIT = 256 * 1024


def options(profile):
    return dict(zip_longest(NAMES, PROFILES[profile], fillvalue=False))


def profile_for(content_type):
    kind, _, rest = content_type.partition(";")
    is_catalogue = kind.strip().endswith("+xml") or "catalogue" in rest
    return "legacy" if is_catalogue and SCHEMA < (4, 0) else "current"


def entries(data, content_type):
    parser = etree.XMLParser(**options(profile_for(content_type)))
    for item in etree.fromstring(data, parser).iter("item"):
        yield {"code": item.get("code"), "text": "".join(item.itertext()).strip()}


def application(environ, start_response):
    size = min(int(environ.get("CONTENT_LENGTH") or 0), LIMIT)
    data = environ["wsgi.input"].read(size)
    try:
        payload = list(entries(data, environ.get("CONTENT_TYPE", "")))
        status = "200 OK"
    except etree.XMLSyntaxError:
        payload, status = {"error": "unreadable catalogue"}, "400 Bad Request"
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps(payload).encode()]


if __name__ == "__main__":
    make_server("127.0.0.1", 8044, application).serve_forever()
