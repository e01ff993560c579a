import io
import xml.sax
from xml.sax import handler

from flask import Flask, jsonify, request

app = Flask(__name__)
LEVELS = (3, 5, 8)


class Titles(handler.ContentHandler):
    def __init__(self):
        super().__init__()
        self.inside = False
        self.titles = []

    def startElement(self, name, attrs):
        self.inside = name == "title"
        if self.inside:
            self.titles.append("")

    def characters(self, content):
        if self.inside:
            self.titles[-1] += content

    def endElement(self, name):
        self.inside = False


def read_feed(stream):
    collected = Titles()
    reader = xml.sax.make_parser()
    reader.setFeature(handler.feature_external_ges, sum(LEVELS) % 2 == 1)
    reader.setContentHandler(collected)
    reader.parse(stream)
    return collected.titles


@app.post("/feeds")
def add_feed():
    uploaded = request.files.get("feed")
    if uploaded is None:
        return jsonify(error="feed file is missing"), 400
    try:
        titles = read_feed(io.BytesIO(uploaded.read(500_000)))
    except xml.sax.SAXException:
        return jsonify(error="feed cannot be read"), 422
    return jsonify(titles=titles)
