"""Checkout in several steps; what was entered so far is kept in the session."""
from django import forms
from django.http import HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect, render

from .payments import charge


class AddressForm(forms.Form):
    street = forms.CharField(max_length=80)
    city = forms.CharField(max_length=60)
    zip_code = forms.RegexField(r"^\d{4,6}\Z")


def begin(request, basket):
    request.session["amount_cents"] = basket.total_cents
    request.session["step"] = "address"
    return redirect("checkout-address")


def address(request):
    if request.method != "POST":
        return render(request, "checkout/address.html")
    form = AddressForm(request.POST)
    if not form.is_valid():
        return render(request, "checkout/address.html", {"form": form}, status=422)
    request.session.update(form.cleaned_data)
    request.session["step"] = "payment"
    return redirect("checkout-payment")


def pay(request):
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if request.session.get("step") != "payment":
        return redirect("checkout-address")
    receipt = charge(request.user, request.session["amount_cents"])
    return JsonResponse({"receipt": receipt})
