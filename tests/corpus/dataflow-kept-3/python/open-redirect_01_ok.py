import re
from urllib.parse import urlsplit

from flask import Flask, redirect, request

app = Flask(__name__)
LOCAL = re.compile(r"/[A-Za-z0-9_-][A-Za-z0-9_/-]*")


class Landing:
    default = "/dashboard"

    def __init__(self, candidates):
        self.candidates = list(candidates)
        self.rejected = 0

    def acceptable(self, target):
        return target.startswith("/") and LOCAL.fullmatch(target) is not None

    def choose(self):
        for target in self.candidates:
            if target and self.acceptable(target):
                break
            self.rejected += 1
        else:
            target = self.default
        return target


@app.get("/continue")
def proceed():
    landing = Landing([request.args.get("next"), request.args.get("return_to")])
    return redirect(landing.choose(), code=303)
