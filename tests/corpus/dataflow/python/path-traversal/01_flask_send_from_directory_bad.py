import os

from flask import Flask, abort, send_file, send_from_directory

app = Flask(__name__)
REPORTS = "/srv/reports"


@app.get("/reports/<path:name>")
def report(name):
    if not name.endswith(".pdf"):
        abort(404)
    target = os.path.join(REPORTS, name)
    if not os.path.isfile(target):
        abort(404)
    return send_file(target, mimetype="application/pdf")


@app.get("/health")
def health():
    return {"ok": os.path.isdir(REPORTS)}
