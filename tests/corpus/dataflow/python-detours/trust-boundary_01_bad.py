import os

from flask import Flask, abort, jsonify, request, session

app = Flask(__name__)
app.secret_key = os.environ["SESSION_KEY"]
app.config["SESSION_COOKIE_SECURE"] = True

TEAMS = {"sales": "agent", "support": "agent", "finance": "clerk"}


def profile(body):
    team = str(body.get("team", ""))
    role = str(body.get("role", "agent"))
    if team not in TEAMS:
        abort(400)
    values = [team, role, TEAMS[team]]
    values.pop(0)
    return values


@app.post("/onboarding")
def onboarding():
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        abort(400)
    values = profile(body)
    session["role"] = values[0]
    return jsonify(done=True), 201


@app.get("/audit")
def audit():
    if session.get("role") != "auditor":
        abort(403)
    return jsonify(entries=[])
