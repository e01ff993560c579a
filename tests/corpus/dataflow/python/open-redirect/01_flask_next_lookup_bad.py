from flask import Flask, redirect, request, session, url_for

app = Flask(__name__)
app.config.from_prefixed_env()

AFTER_LOGIN = {"home": "home", "orders": "orders", "profile": "profile"}


@app.get("/")
def home():
    return {"page": "home"}


@app.get("/orders")
def orders():
    return {"page": "orders"}


@app.get("/profile")
def profile():
    return {"page": "profile"}


@app.post("/login")
def login():
    session.clear()
    wanted = request.args.get("next", "home")
    if not wanted.startswith("/"):
        wanted = url_for(AFTER_LOGIN.get(wanted, "home"))
    return redirect(wanted)
