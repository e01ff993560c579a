from flask import jsonify, request
from lxml import etree

PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


def init(app):

    @app.route("/staff/extension")
    def extension():
        name = request.args.get("name", "")
        tree = etree.parse("/srv/phonebook/staff.xml", PARSER)
        query = "/staff/person[@name=$name]/@extension"
        nodes = tree.xpath(query, name=name)
        if not nodes:
            return jsonify(extension=None), 404
        return jsonify(extension=str(nodes[0]))
