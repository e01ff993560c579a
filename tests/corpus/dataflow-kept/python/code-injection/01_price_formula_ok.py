"""Evaluates the discount formulas that merchants type into the editor."""
import ast
import operator

from flask import Flask, jsonify, request

app = Flask(__name__)
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def evaluate(formula, variables):
    def visit(node):
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return node.value
        if isinstance(node, ast.Name):
            return variables[node.id]
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return OPERATORS[type(node.op)](visit(node.left), visit(node.right))
        raise ValueError("not allowed in a formula")

    return visit(ast.parse(formula, mode="eval").body)


@app.post("/formulas/preview")
def preview():
    payload = request.get_json()
    formula = payload["formula"]
    if len(formula) > 200:
        return jsonify(error="formula too long"), 400
    variables = {"price": 100.0, "quantity": 3, "weight": 1.2}
    try:
        result = evaluate(formula, variables)
    except (ArithmeticError, KeyError, NameError, SyntaxError, ValueError):
        return jsonify(error="cannot evaluate the formula"), 400
    return jsonify(result=float(result))
