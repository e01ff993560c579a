import configparser

from flask import jsonify, request


def init(app):

    @app.get("/reports/total")
    def total():
        raw = request.args.getlist("by")
        submitted = raw[-1] if raw else "price"

        conf = configparser.ConfigParser(interpolation=None)
        conf.add_section("report")
        conf.set("report", "heading", "price * amount")
        conf.set("report", "column", submitted)
        expression = conf.get("report", "column")

        code = compile(expression, "<report>", "eval")
        lines = [(3, 7), (5, 2)]
        outcome = 0
        for price, amount in lines:
            outcome += eval(code, {"price": price, "amount": amount})
        return jsonify(total=str(outcome).count("0"))
