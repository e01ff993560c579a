import base64
import json
import pickle

from flask import jsonify, request

CODECS = {"basket": pickle.loads, "note": json.loads}


def init(app):

    @app.route("/basket")
    def basket():
        packed = request.cookies.get("basket", "")
        try:
            raw = base64.b64decode(packed)
            content = CODECS["basket"](raw)
        except ValueError:
            content = []
        return jsonify(items=len(content))
