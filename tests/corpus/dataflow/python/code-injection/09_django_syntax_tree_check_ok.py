import ast

from django.http import JsonResponse
from django.views.decorators.http import require_GET

ALLOWED = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Constant, ast.Name, ast.Load,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub,
)


def check(tree):
    nodes = list(ast.walk(tree))
    for node in nodes:
        if not isinstance(node, ALLOWED):
            raise ValueError(type(node).__name__)
    return tree


@require_GET
def evaluate(request):
    text = request.GET.get("formula", "1")[:200]
    try:
        tree = check(ast.parse(text, mode="eval"))
        value = eval(compile(tree, "<formula>", "eval"), {"width": 3.0, "height": 2.0})
    except (SyntaxError, ValueError, NameError, TypeError, ZeroDivisionError):
        return JsonResponse({"error": "formula not usable"}, status=422)
    return JsonResponse({"value": repr(value)})
