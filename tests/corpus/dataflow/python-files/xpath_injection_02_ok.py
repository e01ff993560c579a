from flask import Blueprint, jsonify, request
from lxml import etree

bp = Blueprint("catalogue", __name__)

STRICT = etree.XMLParser(resolve_entities=False, no_network=True)
DROPPED = {ord(c): None for c in "'[]"}
PATTERN = "//book[title='{title}' and @public='yes']"


@bp.post("/catalogue/copies")
def copies():
    titles = request.form.getlist("title")
    last = titles[len(titles) - 1] if titles else ""
    cleaned = last.translate(DROPPED)
    root = etree.parse("catalogue.xml", STRICT).getroot()
    books = root.xpath(PATTERN.format(title=cleaned))
    return jsonify(copies=len(books))
