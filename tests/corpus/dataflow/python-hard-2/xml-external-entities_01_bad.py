from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from flask import Flask, jsonify, request
from lxml import etree

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 512 * 1024


@dataclass
class Invoice:
    number: str
    remark: str
    total: Decimal


class ParserFactory(ABC):
    @abstractmethod
    def create(self):
        ...


class PlainParsers(ParserFactory):
    def create(self):
        return etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)


class DtdParsers(ParserFactory):
    """Archive documents bring their own character entities."""

    def create(self):
        return etree.XMLParser(load_dtd=True, resolve_entities=True, no_network=True, remove_comments=True)


class InvoiceReader:
    def __init__(self, parsers=None):
        self.parsers = parsers or DtdParsers()

    def read(self, data):
        root = etree.fromstring(data, self.parsers.create())
        return Invoice(
            root.findtext("number", ""),
            root.findtext("remark", ""),
            Decimal(root.findtext("total", "0")),
        )


class InvoiceDesk:
    def __init__(self, reader):
        self.reader = reader
        self.received = {}

    def take(self, data):
        invoice = self.reader.read(data)
        self.received[invoice.number] = invoice
        return invoice


desk = InvoiceDesk(InvoiceReader())


@app.post("/invoices")
def receive():
    try:
        invoice = desk.take(request.get_data())
    except (etree.XMLSyntaxError, InvalidOperation):
        return jsonify(error="unreadable invoice"), 400
    return jsonify(number=invoice.number, remark=invoice.remark, total=str(invoice.total))
