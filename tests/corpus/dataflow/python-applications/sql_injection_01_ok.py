from flask import Flask, jsonify, request

from warehouse.service import StockService

app = Flask(__name__)
stock = StockService()

SORTS = {
    "name": "name COLLATE NOCASE",
    "amount": "amount DESC",
    "newest": "received_at DESC",
}


def sort_clause(args):
    key = args.get("sort", "name")
    clause = SORTS.get(key) or SORTS["name"]
    return clause


@app.get("/shelves/<shelf>/items")
def items(shelf):
    limit = request.args.get("limit", 50, type=int)
    skus = stock.page(shelf, order_by=sort_clause(request.args), limit=min(limit, 200))
    return jsonify(items=skus)


@app.errorhandler(404)
def missing(_error):
    return jsonify(error="not found"), 404
