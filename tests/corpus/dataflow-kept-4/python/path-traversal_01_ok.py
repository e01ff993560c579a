import os

from flask import Flask, abort, send_file

from helpdesk import params, store

app = Flask(__name__)
BASE = "/srv/helpdesk/attachments"


def attachment_path(ticket_id, name):
    path = os.path.realpath(os.path.join(BASE, str(ticket_id), name))
    if not path.startswith(os.path.join(BASE, str(ticket_id)) + os.sep):
        abort(403)
    if not os.path.isfile(path):
        abort(404)
    return path


@app.get("/tickets/<int:ticket_id>/attachment")
def attachment(ticket_id):
    if store.one("SELECT 1 AS found FROM tickets WHERE id = ?", (ticket_id,)) is None:
        abort(404)
    name = params.text("name")
    if not name:
        abort(400)
    return send_file(
        attachment_path(ticket_id, name),
        mimetype="application/octet-stream",
        as_attachment=True,
    )
