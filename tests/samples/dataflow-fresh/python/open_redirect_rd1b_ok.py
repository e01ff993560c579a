from flask import request, Response, Blueprint
from urllib.parse import unquote, quote

bp = Blueprint("go", __name__)


@bp.get("/go")
def go():
    where = request.args.get("to", "")
    where = unquote(quote(where))
    where = where.lstrip("/\\")
    headers = {"Location": "/" + where}
    return Response(status=302, headers=headers)
