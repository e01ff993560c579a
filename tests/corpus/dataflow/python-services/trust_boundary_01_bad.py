import logging
import os

from flask import Blueprint, Flask, jsonify, request, session

from shop.price_groups import GroupError, group_name
from shop.security.login import login_required

log = logging.getLogger(__name__)
basket = Blueprint("basket", __name__, url_prefix="/basket")

RATES = {"standard": 100, "education": 80, "reseller": 60}


class BasketSession:
    """What the shop remembers about a visit."""

    def __init__(self, store):
        self._store = store

    def choose_group(self, code):
        self._store["price_group"] = group_name(code)
        self._store.modified = True

    @property
    def rate(self):
        return RATES.get(self._store.get("price_group", "standard"), 100)


@basket.post("/group")
@login_required
def choose_group():
    try:
        BasketSession(session).choose_group(request.form.get("group", "std"))
    except GroupError:
        log.info("price group refused")
        return jsonify(error="group is not open"), 403
    return jsonify(status="changed")


@basket.get("/rate")
@login_required
def rate():
    return jsonify(rate=BasketSession(session).rate)


def create_app():
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=os.environ["FLASK_SECRET_KEY"],
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
    )
    app.register_blueprint(basket)
    return app
