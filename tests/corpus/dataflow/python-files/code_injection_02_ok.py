import string

from flask import Blueprint, jsonify, request

bp = Blueprint("columns", __name__)

RULE = string.Template("result = [row for row in rows if row['$field'] > 0]")
FIELDS = ("amount", "tax", "discount")
ROWS = [
    {"amount": 12, "tax": 2, "discount": 0},
    {"amount": 40, "tax": 8, "discount": 5},
]


@bp.post("/columns/positive")
def positive():
    body = request.get_json(silent=True) or {}
    field = str(body.get("field", "amount"))
    fallback = str(body.get("fallback", "tax"))

    if field not in FIELDS or fallback not in FIELDS:
        return jsonify(error="no such column"), 400

    scope = {"rows": ROWS, "result": []}
    exec(RULE.substitute(field=field), scope)
    return jsonify(rows=len(scope["result"]), other=sum(row[fallback] for row in ROWS))
