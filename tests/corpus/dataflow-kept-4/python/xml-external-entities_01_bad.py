from flask import Flask, abort, jsonify, request
from lxml import etree

app = Flask(__name__)


def reader():
    return etree.XMLParser(load_dtd=True, resolve_entities=True, remove_blank_text=True)


def order_lines(document):
    for line in document.iterfind("line"):
        yield {
            "article": line.findtext("article", ""),
            "amount": int(line.get("amount", "1")),
        }


@app.post("/orders")
def place_order():
    try:
        document = etree.fromstring(request.get_data(), parser=reader())
        lines = list(order_lines(document))
    except (etree.XMLSyntaxError, ValueError):
        abort(400)
    return jsonify(lines=lines), 201
