import os

from flask import Flask, jsonify, request

from accounts.state import SessionState

app = Flask(__name__)
app.secret_key = os.environ["APP_SECRET"]
app.config.update(SESSION_COOKIE_SECURE=True)

CHOICES = {"tier": ("basic", "plus"), "currency": ("EUR", "CHF")}


class CheckoutState(SessionState):
    fields = ("tier", "currency")

    def clean(self, name, value):
        known = CHOICES[name]
        return value.strip()[:40] or known[0]


@app.post("/checkout/options")
def options():
    state = CheckoutState()
    return jsonify(changed=state.update(request.form))
