import ast

from flask import Flask, abort, jsonify, request

app = Flask(__name__)

ALLOWED = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Constant, ast.Name, ast.Load,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub,
)

ROWS = [
    {"price": 12.5, "amount": 4, "discount": 0.1},
    {"price": 3.0, "amount": 10, "discount": 0.0},
]


def prepare(formula):
    try:
        tree = ast.parse(formula, mode="eval")
    except SyntaxError:
        abort(400)
    for node in ast.walk(tree):
        if not isinstance(node, ALLOWED):
            abort(400)
    return compile(tree, "<formula>", "eval")


@app.post("/columns")
def add_column():
    payload = request.get_json()
    code = prepare(str(payload.get("formula", "price * amount")))
    values = []
    for row in ROWS:
        try:
            values.append(float(eval(code, {"__builtins__": {}}, dict(row))))
        except (NameError, TypeError, ValueError, ZeroDivisionError):
            values.append(None)
    return jsonify(values=values)
