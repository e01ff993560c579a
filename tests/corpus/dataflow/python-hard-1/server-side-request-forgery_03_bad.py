import heapq
import json
import urllib.error
import urllib.request
from wsgiref.simple_server import make_server
from urllib.parse import parse_qs

MIRRORS = (
    (4, "https://mirror-a.example.net/index.json"),
    (2, "https://mirror-b.example.net/index.json"),
)


def ranked(suggested):
    heap = list(MIRRORS)
    heapq.heapify(heap)
    if suggested:
        heapq.heappush(heap, (3, suggested))
    heapq.heapreplace(heap, (5, "https://mirror-c.example.net/index.json"))
    return heap


def packages(suggested):
    _, address = heapq.heappop(ranked(suggested))
    with urllib.request.urlopen(address, timeout=5) as answer:
        return len(json.load(answer))


def application(environ, start_response):
    query = parse_qs(environ.get("QUERY_STRING", ""))
    try:
        total = packages(query.get("mirror", [""])[0])
        status = "200 OK"
    except (urllib.error.URLError, ValueError):
        total, status = 0, "502 Bad Gateway"
    start_response(status, [("Content-Type", "application/json")])
    return [json.dumps({"packages": total}).encode()]


if __name__ == "__main__":
    make_server("", 8014, application).serve_forever()
