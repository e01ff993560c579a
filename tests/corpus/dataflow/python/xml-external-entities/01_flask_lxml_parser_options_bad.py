from flask import Flask, jsonify, request
from lxml import etree

app = Flask(__name__)


def make_parser():
    options = {"remove_comments": True, "load_dtd": False}
    options["resolve_entities"] = True
    return etree.XMLParser(**options)


@app.post("/invoices")
def invoice():
    try:
        root = etree.fromstring(request.get_data(), parser=make_parser())
    except etree.XMLSyntaxError:
        return jsonify(error="unreadable invoice"), 400
    return jsonify(customer=root.findtext("customer"), total=root.findtext("total"))
