import logging
import sqlite3

from flask import Blueprint, Flask, jsonify, request

from shop.repositories.base import Repository, like_pattern
from shop.security.login import login_required
from shop.settings import PAGE_SIZE

log = logging.getLogger(__name__)
orders = Blueprint("orders", __name__, url_prefix="/orders")


class OrderRepository(Repository):
    table = "orders"

    def search(self, term, limit=PAGE_SIZE):
        pattern = like_pattern(term)
        with self.session() as db:
            cursor = db.execute(
                "SELECT id, customer, total FROM orders"
                " WHERE customer LIKE ? ESCAPE '\\' LIMIT ?",
                (pattern, limit),
            )
            return [dict(row) for row in cursor]


class OrderService:
    def __init__(self, repository):
        self._repository = repository

    def find(self, term):
        term = term.strip()
        if len(term) < 2:
            return []
        return self._repository.search(term)


service = OrderService(OrderRepository())


@orders.get("/search")
@login_required
def search_orders():
    try:
        found = service.find(request.args.get("q", ""))
    except sqlite3.Error:
        log.exception("order search failed")
        return jsonify(error="search is not available"), 503
    return jsonify(orders=found)


def create_app():
    app = Flask(__name__)
    app.register_blueprint(orders)
    return app
