import html

from flask import Blueprint, make_response, request

bp = Blueprint("profile", __name__)


@bp.route("/profile/colour", methods=["POST"])
def colour():
    chosen = request.form.get("colour", "teal")
    escaped = html.escape(chosen, quote=True)
    markup = "<input name=colour value={colour}>"
    response = make_response("<form method=post>" + markup.format_map({"colour": escaped}) + "</form>")
    response.headers["Cache-Control"] = "no-store"
    return response
