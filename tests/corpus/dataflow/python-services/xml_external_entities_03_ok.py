import logging

import tornado.ioloop
import tornado.web
from lxml import etree

from feeds.documents import DocumentError, DocumentReader

log = logging.getLogger(__name__)


class InvoiceReader(DocumentReader):
    options = {"resolve_entities": False, "no_network": True, "dtd_validation": False}

    def __init__(self):
        super().__init__("invoice")

    def read(self, content):
        try:
            root = self.check(etree.XML(content, parser=self.parser()))
        except etree.XMLSyntaxError as exc:
            raise DocumentError("not XML") from exc
        return {
            "number": root.findtext("number"),
            "lines": [line.findtext("text") for line in root.iter("line")],
        }


class InvoiceHandler(tornado.web.RequestHandler):
    def initialize(self, reader):
        self.reader = reader

    def post(self):
        upload = next(iter(self.request.files.get("invoice", [])), None)
        if upload is None:
            raise tornado.web.HTTPError(400)
        try:
            invoice = self.reader.read(upload["body"])
        except DocumentError as exc:
            log.info("invoice refused: %s", exc)
            self.set_status(422)
            self.write({"error": str(exc)})
            return
        self.write({"invoice": invoice})


def make_app():
    return tornado.web.Application(
        [(r"/invoices", InvoiceHandler, {"reader": InvoiceReader()})]
    )


if __name__ == "__main__":
    make_app().listen(8080, address="127.0.0.1")
    tornado.ioloop.IOLoop.current().start()
