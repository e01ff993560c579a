from flask import Blueprint, request

bp = Blueprint("returned", __name__)


@bp.get("/away")
def away():
    where = request.args.get("where", "/")
    if where not in ("/", "/help"):
        where = "/"
    return "", 302, {"Location": where}
