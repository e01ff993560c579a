import logging

from flask import Flask, jsonify, request
from lxml import etree

from library.catalogue import load_catalogue

log = logging.getLogger(__name__)
app = Flask(__name__)


class Catalogue:
    """Titles that a reader may see."""

    def __init__(self, load=load_catalogue):
        self._load = load

    def _find(self, path, **values):
        return self._load().xpath(path, **values)

    def by_author(self, author):
        author = " ".join(author.split())
        books = self._find(
            f"//book[@public='yes' and author='{author}']", smart_strings=False
        )
        return [self._describe(book) for book in books]

    @staticmethod
    def _describe(book):
        return {
            "isbn": book.get("isbn"),
            "title": book.findtext("title"),
            "year": int(book.findtext("year", "0")),
        }


catalogue = Catalogue()


@app.get("/books")
def books():
    author = request.args.get("author", "")
    if not author:
        return jsonify(error="an author is needed"), 400
    try:
        return jsonify(books=catalogue.by_author(author))
    except (etree.XPathError, OSError):
        log.exception("catalogue query failed")
        return jsonify(error="catalogue is not available"), 503
