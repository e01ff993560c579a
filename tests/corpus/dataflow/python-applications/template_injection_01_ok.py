from flask import Flask, render_template_string, request
from flask.views import MethodView

app = Flask(__name__)

PAGE = """<!doctype html>
<title>Gift card</title>
<section class="card">
  <h1>{{ heading }}</h1>
  %s
</section>
"""


class GiftCard:
    def __init__(self, recipient, amount):
        self.recipient = recipient
        self.amount = amount

    @property
    def body(self):
        return "<p>For {}: {{{{ amount }}}} euro</p>".format("{{ recipient }}")

    @staticmethod
    def _plain(text):
        return text.replace("<", "").replace(">", "").replace("&", "and")

    def context(self):
        return {
            "heading": "A present",
            "amount": self.amount,
            "recipient": self._plain(self.recipient),
        }


class GiftCardPreview(MethodView):
    def post(self):
        card = GiftCard(request.form.get("recipient", ""), request.form.get("amount", 10, type=int))
        return render_template_string(PAGE % card.body, **card.context())


app.add_url_rule("/cards/preview", view_func=GiftCardPreview.as_view("card_preview"))
