import datetime

from flask import Flask, jsonify, request, session


class Base:
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_COOKIE_SECURE = True
    PERMANENT_SESSION_LIFETIME = datetime.timedelta(hours=8)


class Production(Base):
    PREFERRED_URL_SCHEME = "https"
    SESSION_REFRESH_EACH_REQUEST = False


app = Flask(__name__)
app.config.from_object(Production)
app.config.from_prefixed_env()


@app.post("/login")
def login():
    user = app.extensions["accounts"].sign_in(request.form["name"], request.form["password"])
    if user is None:
        return jsonify(error="sign-in failed"), 401
    session["user_id"] = user.id
    return jsonify(signed_in=True)
