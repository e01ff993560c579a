from dataclasses import dataclass

from flask import Flask, abort, jsonify, request
from lxml import etree

app = Flask(__name__)


@dataclass(frozen=True)
class Line:
    article: str
    amount: int


class OrderImporter:
    def __init__(self):
        self.parser = etree.XMLParser(
            remove_comments=True,
            resolve_entities=True,
            load_dtd=True,
            no_network=True,
        )

    def lines(self, document):
        root = etree.fromstring(document, parser=self.parser)
        for node in root.iter("line"):
            yield Line(node.findtext("article", ""), int(node.get("amount", "1")))


@app.post("/orders/import")
def import_order():
    try:
        lines = list(OrderImporter().lines(request.get_data()))
    except (etree.XMLSyntaxError, ValueError):
        abort(400)
    return jsonify(articles=[line.article for line in lines], total=sum(line.amount for line in lines))
