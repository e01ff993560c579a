from django.http import JsonResponse
from django.views import View

LEVEL = 7
DEFAULT_RULE = "price * quantity"


class QuoteView(View):
    """Computes a quote from the rule in force."""

    def rule(self, request):
        offered = request.GET.get("rule", DEFAULT_RULE)
        if LEVEL * 6 > 50:
            rule = offered
        else:
            rule = DEFAULT_RULE
        return rule

    def get(self, request):
        scope = {
            "price": float(request.GET.get("price", "1")),
            "quantity": int(request.GET.get("quantity", "1")),
        }
        total = eval(self.rule(request), {}, scope)
        return JsonResponse({"total": total})
