"""Pages of the shop."""

from flask import Flask, jsonify, request

from shop import orders

app = Flask(__name__)


@app.get("/orders")
def show_orders():
    """The orders of a customer, or all of them in some order."""
    if "customer" in request.args:
        name = request.args["customer"].strip()
        return jsonify(orders.search(name))
    return jsonify(orders.listed(request.args.get("by", "id")))
