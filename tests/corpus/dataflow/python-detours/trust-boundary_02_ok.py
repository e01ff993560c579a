import os

from flask import Flask, jsonify, request, session

app = Flask(__name__)
app.secret_key = os.environ["SESSION_KEY"]
app.config["SESSION_COOKIE_SECURE"] = True

SWITCHES = {"compact", "sounds", "tips"}
STATES = {"on", "off"}


def chosen(pairs):
    for name, state in pairs:
        if state not in STATES or name not in SWITCHES:
            continue
        yield name, state == "on"


@app.post("/preferences")
def preferences():
    saved = 0
    for name, enabled in chosen(request.values.items()):
        session[name] = enabled
        saved += 1
    return jsonify(saved=saved)


@app.get("/moderation")
def moderation():
    if session.get("moderator") is not True:
        return jsonify(error="not allowed"), 403
    return jsonify(queue=[])
