import os

from flask import Blueprint, jsonify, request
from jinja2 import DictLoader, Environment, TemplateNotFound

bp = Blueprint("letters", __name__)


@bp.route("/letters", methods=["PUT"])
def letters():
    fields = request.form
    name = fields.get("name", "plain")
    text = fields.get("text", "")
    available = {"plain": "Hello {{ reader }}", "formal": "Dear {{ reader }}"}
    available.setdefault("plain", text)
    environment = Environment(loader=DictLoader(available), autoescape=True)
    try:
        letter = environment.get_template(name)
    except TemplateNotFound:
        return jsonify(error="letter"), 404
    return jsonify(size=len(letter.render(reader=os.environ.get("READER", "reader"))))
