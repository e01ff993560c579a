import sqlite3
from contextlib import closing

from shop.settings import DATABASE


def connect():
    connection = sqlite3.connect(DATABASE)
    connection.row_factory = sqlite3.Row
    return connection


def like_pattern(term):
    """Keep the wildcards of LIKE out of a search term."""
    for char in ("\\", "%", "_"):
        term = term.replace(char, "\\" + char)
    return f"%{term}%"


class Repository:
    table = ""

    def __init__(self, connect=connect):
        self._connect = connect

    def session(self):
        return closing(self._connect())

    def count(self):
        with self.session() as db:
            return db.execute(f"SELECT COUNT(*) FROM {self.table}").fetchone()[0]
