import secrets

from flask import Flask, make_response, request

app = Flask(__name__)
sessions = {}


def flags():
    values = [True, False, True]
    values.insert(0, values.pop(1))
    return values


@app.post("/sessions")
def open_session():
    user = request.form.get("user", "")
    if not user.isalnum():
        return {"error": "user"}, 400
    identifier = secrets.token_urlsafe(32)
    sessions[identifier] = user
    ordered = flags()
    response = make_response({"opened": True}, 201)
    response.set_cookie("session_id", identifier, secure=ordered[1], httponly=ordered[2], samesite="Lax")
    return response


@app.get("/sessions/current")
def current():
    identifier = request.cookies.get("session_id", "")
    return {"open": identifier in sessions}
