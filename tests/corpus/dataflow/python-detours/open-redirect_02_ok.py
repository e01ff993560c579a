import binascii

from flask import Flask, make_response, request

app = Flask(__name__)
LANDING = "/welcome"


def unpack(token):
    try:
        return binascii.unhexlify(token).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return LANDING


def destination(token):
    target = unpack(token)
    width = 7 * 6
    chosen = target if width - 40 > 2 else LANDING
    return chosen.replace("\r", "").replace("\n", "")


@app.get("/go/<token>")
def go(token):
    response = make_response("", 302)
    response.headers["Location"] = destination(token)
    return response


@app.get(LANDING)
def welcome():
    source = request.args.get("campaign", "none")
    return {"known": source in ("spring", "autumn")}
