import re
from dataclasses import dataclass

from flask import Flask, jsonify, redirect, request

app = Flask(__name__)


class ReturnPolicy:
    shape = re.compile(r"/(?:\w[\w.\-/]*)?", re.ASCII)

    def admits(self, target):
        return self.shape.fullmatch(target) is not None


@dataclass
class Destination:
    wanted: str
    fallback: str = "/dashboard"

    def resolve(self, policy):
        return self.wanted if policy.admits(self.wanted) else self.fallback


class LanguageSwitch:
    languages = ("en", "de", "fr")

    def __init__(self, policy):
        self.policy = policy

    def handle(self, language, back_to):
        if language not in self.languages:
            return None
        target = Destination(back_to).resolve(self.policy)
        response = redirect(target, code=303)
        response.headers["Content-Language"] = language
        return response


switch = LanguageSwitch(ReturnPolicy())


@app.get("/language/<language>")
def change_language(language):
    response = switch.handle(language, request.args.get("next", ""))
    if response is None:
        return jsonify(error="language not offered"), 404
    return response
