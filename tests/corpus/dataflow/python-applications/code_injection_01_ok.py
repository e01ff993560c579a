import ast
from decimal import Decimal

from flask import Blueprint, Flask, jsonify, request

bp = Blueprint("pricing", __name__, url_prefix="/pricing")

ALLOWED = (
    ast.Expression, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div,
    ast.Name, ast.Load, ast.Constant,
)
VARIABLES = {"quantity", "unit_price"}


class FormulaError(ValueError):
    pass


class Formula:
    def __init__(self, text):
        self.tree = ast.parse(text, mode="eval")
        self._check()

    def _check(self):
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and node.id not in VARIABLES:
                raise FormulaError("unknown variable")
            if not isinstance(node, ALLOWED):
                raise FormulaError("unsupported expression")

    def __call__(self, **values):
        code = compile(self.tree, "formula", "eval")
        return eval(code, {"__builtins__": {}}, values)


@bp.post("/preview")
def preview():
    body = request.get_json()
    if len(body["formula"]) > 200:
        return jsonify(error="formula too long"), 422
    try:
        formula = Formula(body["formula"])
        total = formula(quantity=int(body["quantity"]), unit_price=float(body["unit_price"]))
    except (FormulaError, SyntaxError, TypeError, ZeroDivisionError):
        return jsonify(error="bad formula"), 422
    return jsonify(total=float(Decimal(str(total)).quantize(Decimal("0.01"))))


app = Flask(__name__)
app.register_blueprint(bp)
