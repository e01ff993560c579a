import hashlib
import os
import time
from collections import defaultdict

from bottle import Bottle, HTTPError, request

app = Bottle()


def moment():
    return str(time.time()).encode()


def entropy():
    return os.urandom(32)


class Sessions:
    sources = {"session": moment, "trace": entropy}

    def __init__(self):
        self._open = {}
        self.traces = defaultdict(list)

    def _identifier(self, purpose):
        return hashlib.sha256(self.sources[purpose]()).hexdigest()

    def start(self, member):
        key = self._identifier("session")
        self._open[key] = member
        self.traces[member].append(self._identifier("trace"))
        return key

    def member(self, key):
        return self._open.get(key)


sessions = Sessions()
CARDS = {}


@app.post("/terminal/sessions")
def start_session():
    member = CARDS.get(request.forms.get("card", ""))
    if member is None:
        raise HTTPError(403, "card")
    return {"session": sessions.start(member)}


@app.get("/terminal/me")
def me():
    member = sessions.member(request.get_header("X-Session", ""))
    return {"signed_in": member is not None}
