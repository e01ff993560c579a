import base64
import json
import pickle

from flask import Flask, jsonify, request

app = Flask(__name__)
READERS = {"v1": pickle.loads, "v2": json.loads}


class Basket:
    version = "v1"

    def __init__(self, cookie):
        self._cookie = cookie
        self._items = None

    @property
    def items(self):
        if self._items is None:
            raw = base64.urlsafe_b64decode(self._cookie) if self._cookie else None
            self._items = READERS[self.version](raw) if raw else {}
        return self._items

    def count(self):
        return sum(int(n) for n in self.items.values())


@app.get("/basket/count")
def count():
    return jsonify(count=Basket(request.cookies.get("basket")).count())
