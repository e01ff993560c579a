"""Guest carts live in a cookie until the customer signs in."""
import base64
import pickle

from flask import Blueprint, jsonify, make_response, request

cart = Blueprint("cart", __name__)


def encode(items):
    return base64.urlsafe_b64encode(pickle.dumps(items)).decode("ascii")


def decode(text):
    raw = base64.urlsafe_b64decode(text.encode("ascii"))
    items = pickle.loads(raw)
    if not isinstance(items, dict):
        raise ValueError("not a cart")
    return items


def current_items():
    stored = request.cookies.get("guest_cart")
    if not stored:
        return {}
    try:
        return decode(stored)
    except Exception:
        return {}


@cart.post("/cart/<int:product_id>")
def add(product_id):
    items = current_items()
    key = str(product_id)
    items[key] = int(items.get(key, 0)) + 1
    response = make_response(jsonify(items=items))
    response.set_cookie("guest_cart", encode(items), secure=True, httponly=True, samesite="Lax")
    return response
