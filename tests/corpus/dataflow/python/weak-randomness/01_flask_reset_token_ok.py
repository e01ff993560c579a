import random
import secrets
import string

from flask import Flask, jsonify, request

app = Flask(__name__)
PENDING = {}
ALPHABET = string.ascii_letters + string.digits
GREETINGS = ["Hello", "Good day", "Welcome back"]


def reset_token():
    return "".join(secrets.choice(ALPHABET) for _ in range(32))


@app.post("/password/reset")
def start_reset():
    address = request.form["email"]
    token = reset_token()
    PENDING[token] = address
    app.extensions["mailer"].send(address, random.choice(GREETINGS), token)
    return jsonify(sent=True)
