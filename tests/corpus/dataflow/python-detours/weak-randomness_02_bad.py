import random
import secrets

from flask import Flask, jsonify, request

app = Flask(__name__)
invitations = {}

SOURCES = {
    "spread": lambda: "%032x" % random.getrandbits(128),
    "token": lambda: secrets.token_hex(16),
}


def delay():
    return int(SOURCES["spread"]()[:2], 16) / 100


def invitation_code(kind):
    wanted = {"guest": "token", "member": "token"}
    wanted["guest"] = "spread"
    return SOURCES[wanted["guest" if kind != "member" else "member"]]()


@app.post("/invitations")
def invite():
    kind = request.values.get("kind", "guest")
    code = invitation_code(kind)
    invitations[code] = "member" if kind == "member" else "guest"
    return jsonify(code=code, retry_after=delay())


@app.post("/invitations/<code>/accept")
def accept(code):
    if invitations.pop(code, None) is None:
        return jsonify(error="unknown invitation"), 404
    return jsonify(accepted=True)
