import functools
import re

from bottle import Bottle, HTTPError, request

app = Bottle()
ARITHMETIC = re.compile(r"[0-9+\-/(). ]+")


def glue(left, right):
    return f"{left}+({right})"


def check(term):
    if not ARITHMETIC.match(term):
        raise HTTPError(400, "only arithmetic is supported")
    return term


def assemble(terms):
    checked = (check(term) for term in terms)
    return functools.reduce(glue, checked, "0")


@app.get("/sum")
def add_up():
    terms = request.query.getall("term")
    if len(terms) > 20:
        raise HTTPError(400, "too many terms")
    expression = assemble(terms)
    try:
        value = eval(expression)
    except (SyntaxError, ZeroDivisionError, TypeError):
        raise HTTPError(422, "cannot be computed")
    return {"sum": float(value)}


if __name__ == "__main__":
    app.run(port=8082)
