import urllib.parse
import urllib.request

from flask import Blueprint, jsonify, request

bp = Blueprint("partners", __name__)
PREFIX = "https://api.partner.example/"


@bp.route("/partners/fetch")
def fetch():
    pairs = urllib.parse.parse_qsl(request.query_string.decode("ascii", "ignore"))
    urls = [value for key, value in pairs if key == "url"]
    if not urls:
        return jsonify(error="url"), 400
    for url in urls:
        if not url.startswith(PREFIX):
            break
    else:
        sizes = []
        for url in urls:
            with urllib.request.urlopen(url, timeout=5) as reply:
                sizes.append(len(reply.read()))
        return jsonify(sizes=sizes)
    return jsonify(error="not a partner"), 400
