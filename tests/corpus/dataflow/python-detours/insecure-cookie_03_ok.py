import functools
import secrets

from bottle import Bottle, HTTPError, request, response

app = Bottle()
pending = {}


def send(name, value, *, secure, httponly=True, **rest):
    response.set_cookie(name, value, secure=secure, httponly=httponly, **rest)


strict = functools.partial(send, secure=True, path="/")
login_cookie = functools.partial(strict, "login", httponly=True)


@app.post("/login")
def login():
    user = request.forms.get("user", "")
    if not user.isalnum():
        raise HTTPError(400, "user name")
    challenge = secrets.token_urlsafe(24)
    pending[challenge] = user
    login_cookie(challenge, max_age=300)
    return {"next": "code"}


@app.post("/logout")
def logout():
    pending.pop(request.get_cookie("login", ""), None)
    return {"done": True}
