from warehouse.db import cursor


class StockRepository:
    def list_items(self, shelf, order_by, limit):
        query = "SELECT sku, name, amount FROM stock WHERE shelf = ?"
        query += f" ORDER BY {order_by} LIMIT ?"
        with cursor() as cur:
            cur.execute(query, (shelf, limit))
            return [dict(row) for row in cur.fetchall()]
