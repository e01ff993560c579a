"""Checkout in several steps; what was entered so far is kept in the session."""
from django.http import HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render

from .payments import charge

FIELDS = ("street", "city", "zip_code")


def begin(request, basket):
    request.session["amount_cents"] = basket.total_cents
    request.session["step"] = "address"
    return redirect("checkout-address")


def address(request):
    if request.method != "POST":
        return render(request, "checkout/address.html")
    missing = [name for name in FIELDS if not request.POST.get(name)]
    if missing:
        return render(request, "checkout/address.html", {"missing": missing}, status=422)
    request.session.update(request.POST.dict())
    request.session["step"] = "payment"
    return redirect("checkout-payment")


def pay(request):
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if request.session.get("step") != "payment":
        return redirect("checkout-address")
    receipt = charge(request.user, request.session["amount_cents"])
    return JsonResponse({"receipt": receipt})
