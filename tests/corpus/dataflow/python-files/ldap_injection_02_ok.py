import ldap
import ldap.filter
from flask import Blueprint, jsonify, request
from urllib.parse import parse_qs

bp = Blueprint("rooms", __name__)

FILTER = "(&(objectClass=room)(floor=%s)(wing=%s))"


@bp.route("/rooms")
def rooms():
    fields = parse_qs(request.query_string.decode())
    floor = fields.get("floor", ["1"])[0]
    wing = fields.get("wing", ["a"])[0]

    expression = ldap.filter.filter_format(FILTER, [floor, wing])
    conn = ldap.initialize("ldaps://directory.internal")
    conn.simple_bind_s()
    entries = conn.search_s("ou=rooms,dc=campus,dc=org", ldap.SCOPE_SUBTREE, expression, ["cn"])
    return jsonify(rooms=len(entries))
