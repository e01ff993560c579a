import flask
import sympy


def evaluated():
    return sympy.sympify(flask.request.args["sum"]) is None  # expect: code-injection
