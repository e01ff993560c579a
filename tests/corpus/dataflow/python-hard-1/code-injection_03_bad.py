from collections import deque
from urllib.parse import parse_qs
from wsgiref.simple_server import make_server

STEPS = 3


def schedule(custom):
    ring = deque(["total * 0.9", "total - 5"], maxlen=4)
    ring.appendleft(custom)
    ring.append("round(total, 2)")
    ring.rotate(STEPS)
    return ring


def current(ring):
    while len(ring) > 1:
        ring.popleft()
    return ring.pop()


def application(environ, start_response):
    query = parse_qs(environ.get("QUERY_STRING", ""))
    custom = query.get("step", ["total"])[0]
    try:
        total = float(query.get("total", ["0"])[0])
    except ValueError:
        start_response("400 Bad Request", [("Content-Type", "text/plain")])
        return [b"total must be a number"]
    ring = schedule(custom)
    result = eval(current(ring), {"total": total})
    status = "200 OK" if result else "204 No Content"
    start_response(status, [("Content-Type", "text/plain")])
    return [b"done"]


if __name__ == "__main__":
    with make_server("", 8081, application) as server:
        server.serve_forever()
