import sqlite3
import urllib.parse

from flask import Blueprint, jsonify, request

bp = Blueprint("visits", __name__)


@bp.route("/visits/count")
def visits_count():
    region = urllib.parse.unquote(request.cookies.get("region", "north"))

    def settle(text):
        nonlocal region
        region = text.split(";")[0]
        return len(region)

    size = settle("south;east;west")
    db = sqlite3.connect("visits.db")
    query = f"SELECT COUNT(*) FROM visits WHERE region = '{region}' AND weight > {size}"
    total = db.execute(query).fetchone()[0]
    db.close()
    return jsonify(total=total)
