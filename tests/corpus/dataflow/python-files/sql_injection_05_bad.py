import os

import sqlalchemy
from flask import jsonify, request

engine = sqlalchemy.create_engine(os.environ.get("STOCK_DSN", "sqlite:///stock.db"))


def init(app):

    @app.route("/stock/level", methods=["POST"])
    def level():
        upload = request.files["sheet"]
        left, right = "central", upload.filename
        left, right = right, left
        depot = left
        statement = sqlalchemy.text(
            "SELECT SUM(quantity) FROM stock WHERE depot = '" + depot + "' AND active = 1"
        )
        with engine.connect() as conn:
            amount = conn.execute(statement).scalar()
        return jsonify(amount=amount or 0)
