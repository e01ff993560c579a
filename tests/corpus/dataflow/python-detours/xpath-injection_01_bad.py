from flask import Flask, jsonify, request
from lxml import etree

app = Flask(__name__)

CATALOGUE = etree.fromstring(
    "<catalogue>"
    "<book isbn='1001' state='public'><title>Rivers</title></book>"
    "<book isbn='1002' state='draft'><title>Mountains</title></book>"
    "<book isbn='1003' state='public'><title>Islands</title></book>"
    "</catalogue>"
)


class Finder:
    def __init__(self, tree):
        self._tree = tree
        self._isbn = None

    def with_isbn(self, isbn):
        self._isbn = isbn
        return self

    def titles(self):
        condition = f"@state='public' and @isbn='{self._isbn}'"
        return self._tree.xpath(f"//book[{condition}]/title/text()")


@app.route("/books", methods=["GET", "POST"])
def books():
    isbn = request.values.get("isbn", "1001")
    try:
        titles = Finder(CATALOGUE).with_isbn(isbn).titles()
    except etree.XPathError:
        return jsonify(error="bad number"), 400
    return jsonify([str(title) for title in titles])
