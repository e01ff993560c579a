import io
import xml.sax
import xml.sax.handler

from flask import Blueprint, jsonify, request

bp = Blueprint("feeds", __name__)


class Titles(xml.sax.handler.ContentHandler):
    def __init__(self):
        super().__init__()
        self.text = []

    def characters(self, content):
        self.text.append(content)


@bp.route("/feeds/titles", methods=["POST"])
def titles():
    document = request.form.get("feed", "<feed/>")
    handler = Titles()
    reader = xml.sax.make_parser()
    reader.setContentHandler(handler)
    switches = {xml.sax.handler.feature_namespaces: True}
    switches[xml.sax.handler.feature_external_ges] = not len(switches) > 1
    for feature, state in switches.items():
        reader.setFeature(feature, state)
    reader.parse(io.BytesIO(document.encode()))
    return jsonify(text="".join(handler.text))
