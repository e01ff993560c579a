"""Accepts electronic invoices as XML uploads."""
from flask import Flask, jsonify, request
from lxml import etree

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 2 * 1024 * 1024
NS = {"i": "urn:example:invoice:1"}


def parser():
    return etree.XMLParser(
        remove_comments=True,
        no_network=True,
        resolve_entities=True,
    )


def read_invoice(stream):
    root = etree.parse(stream, parser()).getroot()
    return {
        "number": root.findtext("i:number", namespaces=NS),
        "seller": root.findtext("i:seller", namespaces=NS),
        "lines": len(root.findall("i:line", namespaces=NS)),
    }


@app.post("/invoices")
def invoices():
    upload = request.files.get("invoice")
    if upload is None or not upload.filename.lower().endswith(".xml"):
        return jsonify(error="an XML file is required"), 400
    try:
        invoice = read_invoice(upload.stream)
    except etree.XMLSyntaxError as exc:
        return jsonify(error=f"line {exc.lineno}: not well-formed"), 422
    return jsonify(invoice), 201
