import bottle
from bottle import request, response

from pricing.rules import OPERATIONS, TableRule, TextRule

app = bottle.Bottle()


def rule_for(name):
    if name in OPERATIONS:
        return TableRule(name)
    return TextRule("max")


@app.post("/quotes")
def quote():
    body = request.json or {}
    rule = rule_for(str(body.get("rule", "add")))
    left = float(body.get("base", 0))
    right = float(body.get("extra", 0))
    response.content_type = "application/json"
    return {"price": float(rule.evaluate(left, right))}
