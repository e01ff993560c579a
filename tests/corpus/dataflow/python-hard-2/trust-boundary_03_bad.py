import os

from flask import Flask, jsonify, request, session

app = Flask(__name__)
app.secret_key = os.environ["APP_SECRET"]
app.config["SESSION_COOKIE_SECURE"] = True

DENSITIES = ("compact", "normal", "wide")
SIZES = range(10, 101)


def bounded(text):
    number = int(text)
    return number if number in SIZES else 25


def choice(text):
    return DENSITIES[DENSITIES.index(text)]


CONVERTERS = {"page_size": bounded, "density": choice}


def preferences(pairs):
    for name, text in pairs:
        convert = CONVERTERS.get(name, str)
        try:
            yield name, convert(text)
        except ValueError:
            continue


@app.before_request
def identify():
    session.setdefault("plan", "free")
    session.setdefault("page_size", 25)


@app.post("/preferences")
def save():
    session.update(preferences(request.form.items()))
    return jsonify(saved=True)


@app.get("/export")
def export():
    if session["plan"] != "business":
        return jsonify(error="upgrade required"), 402
    return jsonify(rows=session["page_size"])
