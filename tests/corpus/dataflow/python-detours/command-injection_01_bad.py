import os

from flask import Flask, jsonify, request

app = Flask(__name__)

FALLBACK = "gateway.internal"


def pick_target(requested):
    targets = ["localhost", requested, FALLBACK]
    targets.pop(0)
    targets.insert(0, "127.0.0.1")
    return targets[1]


def probe(host, count):
    pipe = os.popen("ping -c %d -W 1 %s" % (count, host))
    try:
        return pipe.read()
    finally:
        pipe.close()


@app.post("/diagnostics/ping")
def ping():
    host = request.form.get("host", FALLBACK)
    count = request.form.get("count", 3, type=int)
    output = probe(pick_target(host), min(max(count, 1), 10))
    lines = [line for line in output.splitlines() if line]
    return jsonify(reached=bool(lines), transcript=lines[-4:])


if __name__ == "__main__":
    app.run(port=8080)
