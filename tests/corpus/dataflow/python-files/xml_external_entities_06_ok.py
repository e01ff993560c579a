import io
from xml.dom import pulldom
from xml.sax import make_parser
from xml.sax.handler import feature_external_ges, feature_external_pes

from flask import jsonify, request


def build(*features, state):
    parser = make_parser()
    for feature in features:
        parser.setFeature(feature, state)
    return parser


def init(app):

    @app.route("/tracks", methods=["POST"])
    def tracks():
        parser = build(feature_external_pes, state=False)
        parser = build(feature_external_ges, state=(parser is None))
        names = []
        events = pulldom.parse(io.BytesIO(request.get_data()), parser)
        for event, node in events:
            if event == pulldom.START_ELEMENT and node.tagName == "name":
                events.expandNode(node)
                names.append("".join(child.data for child in node.childNodes if child.nodeType == node.TEXT_NODE))
        return jsonify(names=names)
