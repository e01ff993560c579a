import sqlite3


class Orders:
    def __init__(self, path):
        self.path = path

    def find(self, customer, status="open"):
        query = "SELECT id FROM orders WHERE customer = ? AND status = ?"
        return self._all(query, customer, status)

    def _all(self, query, *values):
        with sqlite3.connect(self.path) as db:
            return db.execute(query, values).fetchall()
