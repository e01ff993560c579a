import os
from pathlib import Path

from flask import Flask, jsonify, request
from werkzeug.utils import secure_filename

app = Flask(__name__)
UPLOADS = Path("/srv/uploads")
SUFFIXES = {".csv", ".txt"}


def stored_name(filename):
    stem, suffix = os.path.splitext(filename)
    if suffix.lower() not in SUFFIXES:
        raise ValueError(suffix)
    return secure_filename(stem) + suffix.lower()


@app.post("/uploads")
def receive():
    sizes = []
    for item in request.files.getlist("document"):
        try:
            name = stored_name(item.filename or "")
        except ValueError:
            return jsonify(error="unsupported type"), 415
        content = item.stream.read(1_000_000)
        target = os.path.join(UPLOADS, name)
        with open(target, "wb") as handle:
            handle.write(content)
        sizes.append(len(content))
    return jsonify(sizes=sizes), 201
