import MySQLdb
from flask import Blueprint, jsonify, request

bp = Blueprint("tickets", __name__)
current_state = "open"


def choose(values):
    global current_state
    for value in values:
        if value:
            current_state = value
            return True
    return False


@bp.route("/tickets/<int:project>")
def tickets(project):
    conn = MySQLdb.connect(db="tickets")
    cursor = conn.cursor()
    if choose(request.args.getlist("state")):
        project = int(project)
    state = conn.escape_string(current_state).decode()
    cursor.execute("SELECT COUNT(*) FROM tickets WHERE project = %d AND state = '%s'" % (project, state))
    (amount,) = cursor.fetchone()
    return jsonify(amount=amount)
