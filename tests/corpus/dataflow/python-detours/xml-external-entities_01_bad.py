from flask import Flask, abort, jsonify, request
from lxml import etree

app = Flask(__name__)

PROFILES = {
    "strict": {"resolve_entities": False, "no_network": True, "load_dtd": False},
    "lenient": {"resolve_entities": True, "no_network": True, "load_dtd": True},
}


def parser_for(partner):
    options = dict(PROFILES["strict"])
    if partner:
        options.update(PROFILES["lenient"])
    return etree.XMLParser(remove_comments=True, **options)


@app.post("/orders/import")
def import_orders():
    partner = request.headers.get("X-Partner", "")
    document = request.get_data()
    try:
        tree = etree.fromstring(document, parser=parser_for(partner))
    except etree.XMLSyntaxError:
        abort(400)
    references = [node.text for node in tree.iterfind("order/reference")]
    return jsonify(accepted=references)
