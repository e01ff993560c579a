"""The search of the shop."""

import sqlite3

from flask import jsonify, request


def search():
    """The orders of one customer."""
    name = request.args["customer"]
    database = sqlite3.connect("shop.db")
    return jsonify(database.execute(f"SELECT * FROM orders WHERE customer = '{name}'").fetchall())
