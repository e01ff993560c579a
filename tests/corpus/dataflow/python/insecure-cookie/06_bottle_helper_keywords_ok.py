import secrets

from bottle import HTTPError, Bottle, request, response

from portal.accounts import verify

app = Bottle()
TOKENS = {}


def issue(name, value, secure=False, **rest):
    response.set_cookie(name, value, path="/", httponly=True, secure=secure, **rest)


@app.post("/login")
def login():
    user = request.forms.get("user")
    if not verify(user, request.forms.get("password")):
        raise HTTPError(401, "sign-in failed")
    token = secrets.token_hex(32)
    TOKENS[token] = user
    issue("access_token", token, samesite="strict", secure=True)
    issue("layout", "wide", secure=True)
    return {"signed_in": True}


@app.post("/logout")
def logout():
    TOKENS.pop(request.get_cookie("access_token"), None)
    response.delete_cookie("access_token", path="/")
    return {"signed_in": False}
