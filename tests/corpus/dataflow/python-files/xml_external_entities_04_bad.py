import configparser
import io

from flask import jsonify, request
from lxml import etree

SETTINGS = """
[parser]
entities = yes
huge = no
"""


def init(app):
    conf = configparser.ConfigParser()
    conf.read_string(SETTINGS)

    @app.route("/forms/submit", methods=["PUT"])
    def submit():
        parser = etree.XMLParser(
            resolve_entities=conf.getboolean("parser", "entities"),
            huge_tree=conf.getboolean("parser", "huge"),
        )
        payload = request.files["form"].read()
        tree = etree.parse(io.BytesIO(payload), parser)
        answers = ["".join(node.itertext()) for node in tree.iter("answer")]
        return jsonify(answers=answers)
