import os

from flask import jsonify, request
from werkzeug.utils import secure_filename


def init(app):

    @app.route("/drafts/length")
    def draft_length():
        folder = "/srv/drafts"
        wanted = request.args.get("name", "index.txt")
        names = {"shown": secure_filename(wanted), "asked": wanted}
        try:
            path = os.path.join(folder, names["shown"])
            with open(path, encoding="utf-8") as draft:
                text = draft.read()
        except OSError:
            return jsonify(error="no such draft"), 404
        return jsonify(text=text)
