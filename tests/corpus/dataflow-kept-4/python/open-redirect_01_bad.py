from flask import Flask, abort, redirect

from helpdesk import params, store
from helpdesk.urls import is_path as acceptable

app = Flask(__name__)
DEFAULT = "/tickets"


def back():
    target = params.text("back")
    return target if acceptable(target) else DEFAULT


@app.get("/tickets/<int:ticket_id>/seen")
def seen(ticket_id):
    changed = store.execute("UPDATE tickets SET seen = 1 WHERE id = ?", (ticket_id,))
    if not changed:
        abort(404)
    return redirect(back(), code=303)


@app.post("/tickets/<int:ticket_id>/assign")
def assign(ticket_id):
    agent = params.number("agent")
    store.execute("UPDATE tickets SET agent = ? WHERE id = ?", (agent, ticket_id))
    return redirect(DEFAULT, code=303)
