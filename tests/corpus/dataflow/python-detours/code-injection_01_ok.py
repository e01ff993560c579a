from flask import Flask, abort, jsonify, request

app = Flask(__name__)

PROFILES = "ABC"
RATES = {"standard": 0.19, "reduced": 0.07}


def choose_formula(formula):
    profile = PROFILES[1]
    match profile:
        case "A":
            chosen = formula
        case "B":
            chosen = "net * (1 + rate)"
        case "C" | "D":
            chosen = "net"
        case _:
            chosen = "0"
    return chosen


@app.post("/quotes")
def quote():
    body = request.get_json(silent=True) or {}
    try:
        net = float(body.get("net", 0))
    except (TypeError, ValueError):
        abort(400)
    formula = str(body.get("formula", "net"))
    rate = RATES.get(body.get("band"), 0.19)
    code = compile(choose_formula(formula), "<formula>", "eval")
    total = eval(code, {"net": net, "rate": rate})
    return jsonify(total=round(float(total), 2))
