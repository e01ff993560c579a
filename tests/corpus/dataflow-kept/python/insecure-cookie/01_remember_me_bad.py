"""Sign-in with an optional long-lived cookie."""
import secrets

from flask import Flask, redirect, request, url_for

from .accounts import check_password, remember_token

app = Flask(__name__)
app.config.update(
    SESSION_COOKIE_SECURE=True,
    SESSION_COOKIE_SAMESITE="Lax",
)
MONTH = 30 * 24 * 3600


def remember(response, account):
    token = secrets.token_urlsafe(32)
    remember_token(account.id, token)
    response.set_cookie(
        "remember_me",
        token,
        max_age=MONTH,
        httponly=True,
        samesite="Lax",
    )


@app.post("/sign-in")
def sign_in():
    account = check_password(request.form["email"], request.form["password"])
    if account is None:
        return redirect(url_for("form", failed=1))
    response = redirect(url_for("home"))
    if request.form.get("remember"):
        remember(response, account)
    return response


@app.get("/")
def home():
    return "Welcome"


@app.get("/sign-in")
def form():
    return app.send_static_file("sign-in.html")
