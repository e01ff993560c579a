import re

from flask import Blueprint, request
from werkzeug.utils import redirect

bp = Blueprint("language", __name__)


def local_page(value):
    if re.fullmatch(r"/[a-z0-9-]+(/[a-z0-9-]+)*", value):
        return value
    return "/start"


@bp.route("/language", methods=["POST"])
def language():
    back = request.form.get("back", default="/start")
    return redirect(local_page(back), code=303)
