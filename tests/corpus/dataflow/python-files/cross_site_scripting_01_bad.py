import html

from flask import request


def init(app):

    @app.route("/search")
    def search():
        term = request.args.get("q", "")
        shown = html.escape(term)
        pieces = ["<p>Results for <b>", "", "</b></p>"]
        for key in ("shown", "term"):
            pieces[1] = shown if key == "shown" else term
        return "".join(pieces)
