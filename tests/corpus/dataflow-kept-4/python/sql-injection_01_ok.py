from flask import Flask, abort, jsonify

from helpdesk import params, store

app = Flask(__name__)

SORTABLE = {"created", "priority", "subject"}
PAGE = 25


def ordering():
    wanted = params.text("order", "created desc")
    column, *rest = wanted.split()
    if column not in SORTABLE:
        abort(400)
    if rest and rest[-1].lower() not in ("asc", "desc"):
        abort(400)
    return column + (" DESC" if rest and rest[-1].lower() == "desc" else "")


@app.get("/tickets")
def tickets():
    state = params.choice("state", {"open", "closed"}, "open")
    page = max(params.number("page", 1), 1)
    if not params.text("order", "created"):
        abort(400)
    sql = "SELECT id, subject, priority FROM tickets WHERE state = ?"
    sql += " ORDER BY " + ordering() + " LIMIT ? OFFSET ?"
    found = store.rows(sql, (state, PAGE, (page - 1) * PAGE))
    return jsonify(page=page, tickets=found)
