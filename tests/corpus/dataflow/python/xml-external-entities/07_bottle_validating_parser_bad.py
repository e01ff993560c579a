from bottle import Bottle, HTTPError, request
from lxml import etree

app = Bottle()


class Reader:
    """Reads a document and reports the fields that are filled in."""

    def __init__(self, validate=True):
        self.parser = etree.XMLParser(
            dtd_validation=validate,
            resolve_entities=validate,
            no_network=True,
        )

    def fields(self, data):
        root = etree.XML(data, self.parser)
        return {child.tag: child.text for child in root if isinstance(child.tag, str)}


@app.post("/forms")
def receive():
    try:
        fields = Reader().fields(request.body.read())
    except etree.XMLSyntaxError:
        raise HTTPError(400, "not readable")
    return {"fields": fields}
