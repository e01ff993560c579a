import sqlite3

from intranet.texts import DATA_DIR

_connection = None


def get_connection():
    global _connection
    if _connection is None:
        _connection = sqlite3.connect(f"{DATA_DIR}/app.db")
    return _connection


def results(cursor, sql):
    from intranet.texts import escape_for_html

    rows = cursor.fetchall()
    if not rows:
        return "No results.<br>"
    return "".join(escape_for_html(str(row)) + "<br>" for row in rows)


class Repository:
    def __init__(self, connection=None):
        self.connection = connection or get_connection()

    def fetch(self, sql, params=()):
        cur = self.connection.cursor()
        cur.execute(sql, params)
        return cur.fetchall()
