import ast

_ALLOWED = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Constant, ast.Name, ast.Load,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub,
)
VARIABLES = frozenset({"base", "quantity", "weight"})


class FormulaError(ValueError):
    pass


def parse_formula(text):
    if len(text) > 400:
        raise FormulaError("formula is too long")
    try:
        return ast.parse(text, mode="eval")
    except SyntaxError as exc:
        raise FormulaError("not a formula") from exc


def parse_arithmetic(text):
    tree = parse_formula(text)
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise FormulaError("only arithmetic is allowed")
        if isinstance(node, ast.Constant) and not isinstance(node.value, (int, float)):
            raise FormulaError("only numbers are allowed")
        if isinstance(node, ast.Name) and node.id not in VARIABLES:
            raise FormulaError("unknown variable")
    return tree
