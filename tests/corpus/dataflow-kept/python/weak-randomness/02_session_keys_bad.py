"""Session store of the small intranet tools."""
import random
import time

from bottle import Bottle, abort, request, response


class SessionStore:
    source = random.Random(time.time_ns())

    def __init__(self, lifetime=3600):
        self.lifetime = lifetime
        self.entries = {}

    def open(self, user):
        key = f"{self.source.getrandbits(128):032x}"
        self.entries[key] = (user, time.monotonic() + self.lifetime)
        return key

    def user_for(self, key):
        user, until = self.entries.get(key, (None, 0))
        return user if until > time.monotonic() else None


app = Bottle()
sessions = SessionStore()


@app.post("/login")
def login():
    users = app.config["users"]
    user = users.verify(request.forms.get("name"), request.forms.get("password"))
    if user is None:
        abort(401, "wrong name or password")
    response.set_cookie(
        "sid", sessions.open(user), secure=True, httponly=True, samesite="strict"
    )
    return {"name": user}


@app.get("/whoami")
def whoami():
    user = sessions.user_for(request.get_cookie("sid", ""))
    if user is None:
        abort(401, "signed out")
    return {"name": user}
