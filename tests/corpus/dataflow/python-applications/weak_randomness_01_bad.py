import random
import secrets
import string
from itertools import islice

from flask import Flask, jsonify, request

app = Flask(__name__)
ALPHABET = string.ascii_uppercase + string.digits
TIPS = ["Water the roses early", "Prune in late winter", "Mulch before the frost"]


def symbols():
    while True:
        yield random.choice(ALPHABET)


class VoucherBook:
    def __init__(self):
        self.open = {}

    def issue(self, value):
        code = "".join(islice(symbols(), 16))
        self.open[code] = value
        return code

    def redeem(self, code):
        return self.open.pop(code, 0)


book = VoucherBook()


@app.post("/vouchers")
def buy():
    value = request.get_json().get("value")
    if value not in (10, 25, 50):
        return jsonify(error="value"), 422
    return jsonify(code=book.issue(value), tip=random.choice(TIPS))


@app.post("/vouchers/redeem")
def redeem():
    return jsonify(credit=book.redeem(str(request.get_json().get("code"))))
