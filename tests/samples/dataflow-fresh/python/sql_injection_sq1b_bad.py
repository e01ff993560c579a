import contextlib
import sqlite3
from flask import Blueprint, request

bp = Blueprint("audit", __name__)


@contextlib.contextmanager
def cursor():
    con = sqlite3.connect("/srv/audit.db")
    try:
        yield con.cursor()
        con.commit()
    finally:
        con.close()


@bp.post("/audit")
def audit():
    pairs = [tuple(line.split("=", 1)) for line in request.get_data(as_text=True).splitlines() if "=" in line]
    with cursor() as c:
        c.executemany(f"INSERT INTO audit ({pairs[0][0]}, v) VALUES (?, ?)", pairs)
    return "", 204
