import math

from bottle import Bottle, HTTPError, request

app = Bottle()
SCORES = {"linear": "x", "log": "log(x + 1)", "root": "sqrt(x)"}
NAMES = {"log": math.log, "sqrt": math.sqrt}


def scorer(expression):
    def score(value):
        return eval(expression, dict(NAMES), {"x": value})

    return score


@app.post("/rank")
def rank():
    body = request.json
    shape = body.get("shape", "linear")
    expression = SCORES[shape] if shape in SCORES else "x"
    score = scorer(expression)
    try:
        values = sorted((abs(float(v)) for v in body["values"]), key=score)
    except (KeyError, TypeError, ValueError):
        raise HTTPError(422, "values are expected")
    return {"values": values}
