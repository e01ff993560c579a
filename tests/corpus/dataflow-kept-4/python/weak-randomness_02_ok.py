import random
import secrets
import threading
import time

from flask import Flask, abort, jsonify, request

app = Flask(__name__)


class Sessions:
    def __init__(self):
        self._lock = threading.Lock()
        self._items = {}

    def open(self, user):
        key = format(secrets.randbits(128), "032x")
        with self._lock:
            self._items[key] = (user, time.monotonic() + 3600)
            if random.random() < 0.01:
                self._sweep()
        return key

    def _sweep(self):
        now = time.monotonic()
        self._items = {k: v for k, v in self._items.items() if v[1] > now}

    def user(self, key):
        user, until = self._items.get(key, (None, 0))
        return user if until > time.monotonic() else None


sessions = Sessions()


@app.post("/session")
def login():
    data = request.get_json()
    if not secrets.compare_digest(str(data.get("code", "")).encode(), app.config["CODE"].encode()):
        abort(401)
    return jsonify(session=sessions.open("operator"))
