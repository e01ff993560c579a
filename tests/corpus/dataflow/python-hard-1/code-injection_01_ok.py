import re
from dataclasses import dataclass

from flask import Flask, jsonify, request

app = Flask(__name__)
ARITHMETIC = re.compile(r"[0-9+\-*/(). ]{1,64}")


@dataclass
class RuleDraft:
    sku: str
    formula: str
    approved: bool = False


class RuleRejected(Exception):
    pass


class RuleReview:
    def approve(self, draft):
        if not ARITHMETIC.fullmatch(draft.formula):
            raise RuleRejected(draft.sku)
        draft.approved = True
        return draft


class PriceEngine:
    def __init__(self):
        self._drafts = {}

    def install(self, draft):
        if draft.approved:
            self._drafts[draft.sku] = draft

    def price(self, sku):
        draft = self._drafts[sku]
        return float(eval(draft.formula, {"__name__": "pricing"}))


class PricingService:
    def __init__(self, review, engine):
        self.review = review
        self.engine = engine

    def try_out(self, sku, formula):
        self.engine.install(self.review.approve(RuleDraft(sku, formula)))
        return self.engine.price(sku)


service = PricingService(RuleReview(), PriceEngine())


@app.post("/rules/preview")
def preview():
    body = request.get_json()
    try:
        price = service.try_out(str(body["sku"]), str(body["formula"]))
    except RuleRejected:
        return jsonify(error="formula not accepted"), 422
    except (SyntaxError, ZeroDivisionError, TypeError, ValueError):
        return jsonify(error="formula does not compute"), 422
    return jsonify(price=price)
