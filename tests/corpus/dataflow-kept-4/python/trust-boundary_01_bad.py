from django.http import JsonResponse
from django.views.decorators.http import require_POST

from accounts.remember import keep, supported


@require_POST
def preferences(request):
    currency = request.POST.get("currency", "EUR").upper()
    known = supported(currency)
    keep(request, currency=currency, newsletter=request.POST.get("newsletter") == "on")
    return JsonResponse({"saved": True, "fallback": known != currency})


@require_POST
def reset(request):
    keep(request, currency="EUR", newsletter=False)
    return JsonResponse({"saved": True})


def price(request, cents):
    currency = request.session.get("currency", "EUR")
    rate = {"EUR": 100, "USD": 109, "GBP": 86, "SEK": 1130}[currency]
    return JsonResponse({"currency": currency, "amount": cents * rate // 100})
