from flask import jsonify, request
from lxml import etree

from shared.security_options import parser_options


def init(app):

    @app.route("/invoices", methods=["POST"])
    def invoice():
        options = parser_options("closed")
        parser = etree.XMLParser(remove_blank_text=True, **options)
        root = etree.fromstring(request.get_data(), parser)
        return jsonify(customer=root.findtext("customer"))
