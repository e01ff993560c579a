import base64
import io
import json
import xml.sax
from xml.sax.handler import ContentHandler, feature_external_ges


class Titles(ContentHandler):
    def __init__(self):
        super().__init__()
        self.titles = []
        self._parts = None

    def startElement(self, name, attrs):
        if name == "title":
            self._parts = []

    def characters(self, content):
        if self._parts is not None:
            self._parts.append(content)

    def endElement(self, name):
        if name == "title" and self._parts is not None:
            self.titles.append("".join(self._parts).strip())
            self._parts = None


def read_titles(data):
    collector = Titles()
    parser = xml.sax.make_parser()
    parser.setFeature(feature_external_ges, 0)
    parser.setContentHandler(collector)
    parser.parse(io.BytesIO(data))
    return collector.titles


def handler(event, context):
    body = event.get("body") or ""
    data = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    try:
        titles = read_titles(data)
    except xml.sax.SAXException:
        return {"statusCode": 400, "body": "{}"}
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"titles": titles}),
    }
