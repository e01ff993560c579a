import os

from flask import Blueprint, jsonify, request

bp = Blueprint("logs", __name__)
FOLDER = "/var/log/kiosk"


@bp.route("/logs/tail", methods=["POST"])
def tail():
    body = request.get_json(silent=True) or {}
    name = str(body.get("log", "")).replace("../", "")
    if not name or name.startswith("/"):
        return jsonify(error="log"), 400
    with open(f"{FOLDER}/{name}", "rb") as stream:
        stream.seek(0, os.SEEK_END)
        stream.seek(max(0, stream.tell() - 2048))
        return jsonify(tail=stream.read().decode("utf-8", "replace"))
