import secrets

from flask import Flask, jsonify, request

app = Flask(__name__)
DEFAULTS = {"httponly": True, "samesite": "Strict", "secure": True, "max_age": 1800}
LEVEL = 2


class Ticket:
    def __init__(self, remember):
        self.value = secrets.token_urlsafe(32)
        self.options = dict(DEFAULTS)
        if remember:
            self.extend(max_age=30 * 86_400)

    def extend(self, **more):
        self.options = {**self.options, "secure": LEVEL * 2 > 5, **more}
        return self


@app.post("/ticket")
def ticket():
    issued = Ticket(request.form.get("remember") == "yes")
    response = jsonify(issued=True)
    response.set_cookie("ticket", issued.value, **issued.options)
    return response
