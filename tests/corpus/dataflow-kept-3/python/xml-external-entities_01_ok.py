from flask import Flask, abort, jsonify, request
from lxml import etree

app = Flask(__name__)


class ContactImport:
    settings = {"huge_tree": False, "remove_pis": True}

    def __init__(self, **overrides):
        merged = {**self.settings, **overrides}
        self.parser = etree.XMLParser(**merged)
        self.names = []

    def feed(self, chunks):
        for chunk in chunks:
            self.parser.feed(chunk)
        root = self.parser.close()
        self.names.extend(el.findtext("name", "") for el in root.iter("contact"))
        return self


def chunks(stream, size=4096):
    while piece := stream.read(size):
        yield piece


@app.post("/contacts/import")
def import_contacts():
    job = ContactImport(resolve_entities=False, no_network=True)
    try:
        return jsonify(names=job.feed(chunks(request.stream)).names)
    except etree.XMLSyntaxError:
        abort(400)
