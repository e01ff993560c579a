import ast

from flask import Flask, jsonify, request

app = Flask(__name__)


def parse_filter(text):
    try:
        value = eval(text, {})
    except (ValueError, SyntaxError) as exc:
        raise ValueError("filter is not readable") from exc
    if not isinstance(value, dict):
        raise ValueError("filter must be a mapping")
    return value


@app.post("/reports")
def reports():
    try:
        chosen = parse_filter(request.form["filter"])
    except ValueError as exc:
        return jsonify(error=str(exc)), 400
    return jsonify(keys=sorted(str(k) for k in chosen))
