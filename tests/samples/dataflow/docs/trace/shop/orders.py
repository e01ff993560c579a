"""Orders in the shop's database."""

import sqlite3

COLUMNS = ("id", "placed", "total")


def search(customer):
    """The orders of one customer."""
    database = sqlite3.connect("shop.db")
    return database.execute(f"SELECT * FROM orders WHERE customer = '{customer}'").fetchall()


def listed(column):
    """All orders, sorted by one of the columns."""
    if column not in COLUMNS:
        raise ValueError("no such column")
    database = sqlite3.connect("shop.db")
    return database.execute("SELECT * FROM orders ORDER BY " + column).fetchall()
