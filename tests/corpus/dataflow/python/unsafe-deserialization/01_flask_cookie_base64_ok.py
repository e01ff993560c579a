import base64
import binascii
import json
import pickle

from flask import Flask, jsonify, request

app = Flask(__name__)


def load_basket(raw):
    if not raw:
        return []
    try:
        data = base64.urlsafe_b64decode(raw)
        return json.loads(data)
    except (binascii.Error, ValueError):
        return []


@app.route("/basket")
def basket():
    lines = load_basket(request.cookies.get("basket"))
    return jsonify(count=len(lines))


def dump_basket(lines):
    return base64.urlsafe_b64encode(json.dumps(lines).encode())
