import functools
import queue
import random
import secrets
import threading

import tornado.web

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def code(pick, length):
    return "".join(pick(DIGITS) for _ in range(length))


make_code = functools.partial(code, random.choice)
make_slug = functools.partial(code, secrets.choice)
stock = queue.Queue(maxsize=100)


def refill():
    while True:
        stock.put(make_code(20))


class VoucherHandler(tornado.web.RequestHandler):
    vouchers = {}

    def post(self):
        amount = int(self.get_body_argument("amount", "10"))
        voucher = stock.get(timeout=5)
        self.vouchers[voucher] = min(max(amount, 1), 100)
        self.write({"voucher": voucher, "page": "promo-" + make_slug(4)})

    def get(self):
        amount = self.vouchers.pop(self.get_query_argument("voucher"), 0)
        self.write({"credit": amount})


def make_app():
    threading.Thread(target=refill, daemon=True).start()
    return tornado.web.Application([(r"/vouchers", VoucherHandler)])
