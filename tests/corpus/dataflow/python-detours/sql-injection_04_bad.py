import contextvars
import sqlite3

import tornado.web

tenant = contextvars.ContextVar("tenant", default="public")


class Ledger:
    def __init__(self, filename):
        self.filename = filename

    def balance(self, account):
        owner = tenant.get()
        db = sqlite3.connect(self.filename)
        try:
            row = db.execute(
                "SELECT SUM(amount) FROM ledger WHERE tenant = '{}' AND account = ?".format(owner),
                (account,),
            ).fetchone()
        finally:
            db.close()
        return row[0] or 0


class BalanceHandler(tornado.web.RequestHandler):
    def initialize(self, ledger):
        self.ledger = ledger

    def get(self, account):
        token = tenant.set(self.get_query_argument("tenant", "public"))
        try:
            amount = self.ledger.balance(account)
        finally:
            tenant.reset(token)
        self.write({"balance": amount})


def make_app():
    ledger = Ledger("/var/lib/ledger/main.db")
    return tornado.web.Application([(r"/balance/(\w+)", BalanceHandler, {"ledger": ledger})])
