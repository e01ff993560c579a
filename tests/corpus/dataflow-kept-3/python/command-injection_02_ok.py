from flask import Flask, abort, jsonify, request

from netops.checks import CheckFailed, exact_host, looks_like_host
from netops.runner import Pipeline, capture

app = Flask(__name__)

PROBES = {
    "ns": ("dig +short NS {}", exact_host),
    "mx": ("dig +short MX {}", exact_host),
}


def prepare(kind, target):
    shape, check = PROBES[kind]
    return Pipeline().then(shape.format(check(target))).then("sort -u").then("wc -l")


@app.get("/probe/<kind>")
def probe(kind):
    if kind not in PROBES:
        abort(404)
    try:
        plan = prepare(kind, request.args["host"].strip())
    except CheckFailed:
        abort(400)
    code, size = capture(plan.render())
    return jsonify(code=code, size=size)
