from urllib.parse import urlsplit

from flask import Flask, abort, redirect, request

app = Flask(__name__)
HOME = "/dashboard"


def is_local(target):
    if "\\" in target or not target.isprintable():
        return False
    parts = urlsplit(target)
    return parts.scheme == "" and parts.netloc == "" and target[:1] == "/" and target[1:2] != "/"


@app.post("/login")
def login():
    user = request.form.get("user", "")
    if not user.isalnum():
        abort(400)
    for candidate in request.args.getlist("next"):
        if is_local(candidate):
            destination = candidate
            break
    else:
        destination = HOME
    return redirect(destination, code=303)


@app.get(HOME)
def dashboard():
    return {"panels": ["orders", "returns"]}
