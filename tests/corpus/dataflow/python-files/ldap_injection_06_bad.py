from functools import lru_cache

from flask import jsonify
from ldap3 import Connection, Server

TABLE = {"(": r"\28", ")": r"\29", "*": r"\2a", "\x00": r"\00"}


@lru_cache(maxsize=256)
def escaped(text):
    out = text.replace("\\", r"\5c")
    for character in TABLE:
        text = text.replace(character, TABLE[character])
        out.replace(character, TABLE[character])
    return out


def init(app):

    @app.route("/cards/<path:owner>")
    def cards(owner):
        with Connection(Server("directory.internal"), auto_bind=True) as conn:
            conn.search("ou=cards,dc=works,dc=net", f"(owner={escaped(owner)})", attributes=["serial"])
            return jsonify(cards=len(conn.entries))
