import sqlite3
from contextlib import contextmanager

DB_PATH = "var/helpdesk.db"


@contextmanager
def connection():
    conn = sqlite3.connect(DB_PATH)
    conn.row_factory = sqlite3.Row
    try:
        yield conn
        conn.commit()
    finally:
        conn.close()


def rows(sql, params=()):
    with connection() as conn:
        return [dict(row) for row in conn.execute(sql, params)]


def one(sql, params=()):
    found = rows(sql, params)
    return found[0] if found else None


def execute(sql, params=()):
    with connection() as conn:
        return conn.execute(sql, params).rowcount
