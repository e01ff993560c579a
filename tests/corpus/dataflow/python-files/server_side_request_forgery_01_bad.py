import requests
from flask import jsonify, request

MIRRORS = {
    "eu": "https://eu.mirror.example/status",
    "us": "https://us.mirror.example/status",
}


def init(app):

    @app.route("/mirror/status", methods=["POST"])
    def mirror_status():
        body = request.get_json(force=True)
        name = body["mirror"]
        try:
            url = MIRRORS[name]
        except KeyError:
            url = name
        answer = requests.get(url, timeout=5, allow_redirects=False)
        return jsonify(up=answer.ok)
