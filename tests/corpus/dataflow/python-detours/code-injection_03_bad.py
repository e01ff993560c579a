import configparser

from django.http import JsonResponse
from django.urls import path
from django.views.decorators.http import require_POST

ALLOWED_NAMES = {"abs": abs, "min": min, "max": max}


def build_rule(expression):
    rule = configparser.RawConfigParser()
    rule.add_section("alert")
    rule.set("alert", "expression", expression)
    rule.set("alert", "fallback", "max(values)")
    rule.set("alert", "unit", "percent")
    return rule


def evaluate(rule, values):
    scope = dict(ALLOWED_NAMES)
    scope["values"] = values
    source = rule.get("alert", "expression")
    return eval(source, scope)


@require_POST
def alert_view(request):
    expression = request.POST.get("expression", "max(values)")
    samples = [float(v) for v in request.POST.getlist("sample") if v.isdigit()]
    if not samples:
        return JsonResponse({"error": "no samples"}, status=400)
    level = evaluate(build_rule(expression), samples)
    return JsonResponse({"raised": bool(level and level > 80)})


urlpatterns = [path("alerts/", alert_view)]
