"""Evaluates the discount formulas that merchants type into the editor."""
from flask import Flask, jsonify, request

app = Flask(__name__)


def evaluate(formula, variables):
    scope = {"__builtins__": {}}
    scope.update(variables)
    return eval(formula, scope)


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
