from urllib.parse import urlsplit

from flask import Flask, Response, request
from markupsafe import Markup, escape

app = Flask(__name__)

ITEM = Markup('<li><a rel="nofollow noopener" href="{}">{}</a></li>')
EMPTY = Markup("<li>nothing yet</li>")


class Bookmarks:
    def __init__(self):
        self._links = []

    def add(self, link, label):
        parts = urlsplit(link)
        if parts.scheme not in ("http", "https"):
            raise ValueError("absolute link expected")
        self._links.append((link, label))

    def __html__(self):
        items = [ITEM.format(escape(link), escape(label)) for link, label in self._links]
        return "<ul>" + "".join(items or [EMPTY]) + "</ul>"


@app.post("/bookmarks/preview")
def preview():
    marks = Bookmarks()
    form = request.form
    for link, label in zip(form.getlist("link"), form.getlist("label")):
        try:
            marks.add(link.strip(), label or "link")
        except ValueError:
            return Response("bad link", status=400, mimetype="text/plain")
    return Response(str(escape(marks)), mimetype="text/html")
