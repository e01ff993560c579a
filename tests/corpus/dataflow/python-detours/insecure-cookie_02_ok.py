import secrets

from flask import Flask, jsonify, request

app = Flask(__name__)
REQUIRED = {"secure": True, "httponly": True, "samesite": "Strict"}
PROFILES = {
    "kiosk": {"max_age": 600, "secure": False},
    "desktop": {"max_age": 86400, "secure": False},
}


def cookie_options(profile):
    chosen = PROFILES.get(profile, PROFILES["desktop"])
    return {**chosen, **REQUIRED}


class Remember:
    def __init__(self, response):
        self.response = response

    def set(self, name, value, **options):
        self.response.set_cookie(name, value, path="/", **options)
        return self.response


@app.post("/remember")
def remember():
    profile = request.headers.get("X-Device", "desktop")
    response = jsonify(remembered=True)
    token = secrets.token_hex(24)
    return Remember(response).set("remember_token", token, **cookie_options(profile))
