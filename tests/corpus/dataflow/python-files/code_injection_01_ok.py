import ast
import io

from flask import jsonify


def init(app):

    @app.route("/calc/<path:expression>")
    def calc(expression):
        buffer = io.StringIO()
        buffer.write("[")
        buffer.write(expression)
        buffer.write("]")
        buffer.seek(0)
        source = buffer.read()
        try:
            numbers = ast.literal_eval(source)
        except (SyntaxError, ValueError, NameError):
            return jsonify(error="not a list of numbers"), 400
        return jsonify(count=len(numbers))
