from celery import Celery

app = Celery("pricing")
app.conf.task_serializer = "json"
TEMPLATE = "round({amount} * (1 + rate), 2)"


class Rule:
    def __init__(self, amount):
        self.amount = amount

    @property
    def source(self):
        return TEMPLATE.format(amount=self.amount)

    def run(self, rate):
        code = compile(self.source, "<rule>", "eval")
        return eval(code, {"rate": rate, "round": round})


@app.task
def price(message):
    amount = float(message["amount"].strip())
    try:
        return {"price": Rule(amount).run(0.19)}
    except (SyntaxError, ZeroDivisionError):
        return {"price": None}
