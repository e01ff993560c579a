import base64
import xml.sax
import xml.sax.handler
import xml.dom.pulldom
from flask import request


def init(app):

    @app.route('/xxe-00/zxx4', methods=['GET'])
    def zxx4_get():
        RESPONSE = ""
        param = request.cookies.get("zxx4", "")
        bar = base64.b64decode(param)
        features = {xml.sax.handler.feature_external_ges: True, xml.sax.handler.feature_namespaces: False}
        parser = xml.sax.make_parser()
        parser.setFeature(xml.sax.handler.feature_external_ges, features[xml.sax.handler.feature_external_ges])
        for event, node in xml.dom.pulldom.parseString(bar.decode(), parser):
            RESPONSE += event + "<br>"
        return RESPONSE
