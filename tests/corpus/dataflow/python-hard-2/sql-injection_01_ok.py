import sqlite3
from dataclasses import dataclass, field

from flask import Flask, jsonify, request

app = Flask(__name__)
DATABASE = "inventory.db"

SORT_COLUMNS = {
    "newest": "received_at DESC",
    "oldest": "received_at ASC",
    "sku": "sku ASC",
}


@dataclass
class Page:
    number: int = 1
    size: int = 25
    ordering: str = "sku ASC"
    filters: dict = field(default_factory=dict)

    @property
    def offset(self):
        return (self.number - 1) * self.size


class ItemRepository:
    def __init__(self, path):
        self._path = path

    def _connect(self):
        conn = sqlite3.connect(self._path)
        conn.row_factory = sqlite3.Row
        return conn

    def fetch(self, page):
        sql = ["SELECT sku, quantity, received_at FROM items"]
        args = []
        if "warehouse" in page.filters:
            sql.append("WHERE warehouse = ?")
            args.append(page.filters["warehouse"])
        sql.append("ORDER BY " + page.ordering)
        sql.append("LIMIT ? OFFSET ?")
        args.extend((page.size, page.offset))
        conn = self._connect()
        try:
            return [dict(r) for r in conn.execute(" ".join(sql), args)]
        finally:
            conn.close()


class ItemService:
    def __init__(self, repository):
        self.repository = repository

    def browse(self, params):
        page = Page(number=max(1, int(params.get("page", 1))))
        wanted = params.get("sort", "sku")
        page.ordering = SORT_COLUMNS.get(wanted, page.ordering)
        if params.get("warehouse"):
            page.filters["warehouse"] = params["warehouse"]
        return self.repository.fetch(page)


service = ItemService(ItemRepository(DATABASE))


@app.get("/items")
def list_items():
    return jsonify(service.browse(request.args.to_dict()))
