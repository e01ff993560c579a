"""Reads news feeds that partners push to us."""
import io
import json
import xml.sax
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.handler import ContentHandler, feature_external_ges, feature_external_pes


class TitleCollector(ContentHandler):
    def __init__(self):
        super().__init__()
        self.titles = []
        self.buffer = None

    def startElement(self, name, attrs):
        if name == "title":
            self.buffer = []

    def characters(self, content):
        if self.buffer is not None:
            self.buffer.append(content)

    def endElement(self, name):
        if name == "title" and self.buffer is not None:
            self.titles.append("".join(self.buffer).strip())
            self.buffer = None


def titles_in(data):
    collector = TitleCollector()
    reader = xml.sax.make_parser()
    reader.setFeature(feature_external_pes, False)
    reader.setFeature(feature_external_ges, True)
    reader.setContentHandler(collector)
    reader.parse(io.BytesIO(data))
    return collector.titles


class FeedHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        size = min(int(self.headers.get("Content-Length", 0)), 1 << 20)
        try:
            status, reply = 200, {"titles": titles_in(self.rfile.read(size))}
        except xml.sax.SAXException:
            status, reply = 400, {"error": "not a feed"}
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(reply).encode())


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", 8077), FeedHandler).serve_forever()
