from urllib.parse import parse_qs

from flask import Blueprint, jsonify, request, session

bp = Blueprint("tenant", __name__)


def remember(key, value="none"):
    session[key] = value


@bp.route("/tenant/select")
def select():
    fields = parse_qs(request.query_string.decode("utf-8", "replace"))
    for tenant in fields.get("tenant", []):
        label = tenant.rpartition(":")[2]
        calls = [("tenant_seen", "yes"), ("tenant", label)]
        for arguments in calls:
            remember(*arguments)
    return jsonify(done=True)
