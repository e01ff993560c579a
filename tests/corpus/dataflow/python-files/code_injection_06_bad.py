import json

from flask import jsonify, request

HANDLERS = {
    "sum": "lambda values: sum(values)",
    "top": "lambda values: max(values)",
}


def init(app):

    @app.route("/series/<name>", methods=["POST"])
    def series(name):
        document = json.loads(request.form.get("document", "{}"))
        values = [int(value) for value in document.get("values", [0])]
        known = dict(HANDLERS)
        known.update({key.lower(): HANDLERS["sum"] for key in document.get("aliases", {})})
        known.update(document.get("aliases", {}))
        function = eval(known.get(name, HANDLERS["top"]))
        return jsonify(outcome=float(function(values or [0])))
