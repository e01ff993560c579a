import os

from flask import Flask, abort, send_file, send_from_directory

app = Flask(__name__)
REPORTS = "/srv/reports"


@app.get("/reports/<path:name>")
def report(name):
    if not name.endswith(".pdf"):
        abort(404)
    target = os.path.join(REPORTS, name)
    app.logger.info("asked for %r", target)
    return send_from_directory(REPORTS, name, mimetype="application/pdf")


@app.get("/health")
def health():
    return {"ok": os.path.isdir(REPORTS)}
