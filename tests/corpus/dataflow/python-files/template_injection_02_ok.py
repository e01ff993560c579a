import jinja2
from flask import Blueprint, jsonify, request

bp = Blueprint("mailing", __name__)
ENV = jinja2.Environment(autoescape=True)
LAYOUTS = {
    "short": lambda body: "Dear {{ name }}, thanks.",
    "long": lambda body: "Dear {{ name }}, thanks for your message of {{ day }}.",
    "own": lambda body: body,
}


@bp.route("/mailing/preview", methods=["POST"])
def preview():
    body = request.form.get("body", "")
    names = ["short", "long", "own"]
    layout = names[-2]
    source = LAYOUTS[layout](body)
    text = ENV.from_string(source).render(name="Kim", day="Monday")
    return jsonify(characters=len(text))
