from warehouse.repository import StockRepository


class StockService:
    def __init__(self, repository=None):
        self._repository = repository or StockRepository()

    def page(self, shelf, order_by="name", limit=50):
        rows = self._repository.list_items(shelf, order_by, limit)
        return [row["sku"] for row in rows]
