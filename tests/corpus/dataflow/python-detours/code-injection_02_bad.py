import ast
import base64
import binascii

from flask import Flask, jsonify, request

app = Flask(__name__)
DEFAULTS = {"columns": 3, "dense": False}


def decode(blob):
    padded = blob + "=" * (-len(blob) % 4)
    try:
        return base64.urlsafe_b64decode(padded.encode("ascii", "ignore")).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return "{}"


def load_layout(cookie):
    text = decode(cookie)
    try:
        value = eval(text, {"__builtins__": {}}, {})
    except (ValueError, SyntaxError):
        return dict(DEFAULTS)
    merged = dict(DEFAULTS)
    if isinstance(value, dict):
        merged.update(value)
    return merged


@app.get("/layout")
def layout():
    stored = request.cookies.get("layout", "e30")
    chosen = load_layout(stored)
    return jsonify(columns=int(chosen["columns"]), dense=bool(chosen["dense"]))
