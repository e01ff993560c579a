import sqlite3
from contextlib import closing


class Repository:
    table = None
    columns = ()

    def __init__(self, path="/var/lib/store/store.db"):
        self.path = path

    def select(self, condition="1 = 1", values=()):
        sql = f"SELECT {', '.join(self.columns)} FROM {self.table} WHERE {condition}"
        with closing(sqlite3.connect(self.path)) as db:
            return [dict(zip(self.columns, row)) for row in db.execute(sql, values)]


class ProductRepository(Repository):
    table = "products"
    columns = ("id", "title", "price")

    def cheaper_than(self, limit):
        return self.select("price < ?", (limit,))


class Condition:
    def __init__(self):
        self.parts, self.values = [], []

    def equals(self, column, value):
        self.parts.append(f"{column} = ?")
        self.values.append(value)
        return self

    def raw(self, part):
        self.parts.append(part)
        return self

    def __str__(self):
        return " AND ".join(self.parts) or "1 = 1"
