import logging
from decimal import Decimal, InvalidOperation

from flask import Flask, jsonify, request
from lxml import etree

from feeds.parsers import plain_parser
from shop.security.login import login_required

log = logging.getLogger(__name__)


class FeedError(ValueError):
    pass


class PriceFeed:
    def __init__(self, make_parser):
        self._make_parser = make_parser

    def read(self, content):
        try:
            root = etree.fromstring(content, self._make_parser())
        except etree.XMLSyntaxError as exc:
            raise FeedError("feed is not XML") from exc
        for item in root.iterfind("item"):
            try:
                price = Decimal(item.findtext("price", ""))
            except InvalidOperation as exc:
                raise FeedError("a price is not a number") from exc
            yield {"sku": item.findtext("sku"), "price": str(price)}


feed = PriceFeed(plain_parser)


def create_app(secret):
    app = Flask(__name__)
    app.secret_key = secret
    app.config.update(SESSION_COOKIE_SECURE=True, MAX_CONTENT_LENGTH=2_000_000)

    @app.post("/feeds/prices")
    @login_required
    def price_feed():
        try:
            items = list(feed.read(request.get_data()))
        except FeedError as exc:
            log.info("feed refused: %s", exc)
            return jsonify(error=str(exc)), 422
        return jsonify(items=items)

    return app
