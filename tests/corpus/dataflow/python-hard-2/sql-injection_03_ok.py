import json
import sqlite3
from collections import ChainMap
from urllib.parse import parse_qsl

REPORT_DEFAULTS = {"table": "daily_totals", "limit": "50", "day": "2024-01-01"}


def effective(query_string):
    supplied = {k.lower(): v for k, v in parse_qsl(query_string)}
    return ChainMap(REPORT_DEFAULTS, supplied)


def load_rows(settings):
    conn = sqlite3.connect("reports.db")
    try:
        statement = "SELECT day, total FROM %(table)s WHERE day >= ? LIMIT ?" % settings
        cursor = conn.execute(statement, (settings["day"], int(settings["limit"])))
        names = [c[0] for c in cursor.description]
        return [dict(zip(names, row)) for row in cursor]
    finally:
        conn.close()


def application(environ, start_response):
    if environ.get("PATH_INFO") != "/report":
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"no such report"]
    rows = load_rows(effective(environ.get("QUERY_STRING", "")))
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(rows).encode()]


if __name__ == "__main__":
    from wsgiref.simple_server import make_server

    make_server("127.0.0.1", 8051, application).serve_forever()
