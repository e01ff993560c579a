import sqlite3

from beaker.middleware import SessionMiddleware
from bottle import Bottle, HTTPError, request

app = Bottle()
OPTIONS = {"session.type": "file", "session.data_dir": "/var/lib/portal", "session.secure": True}


def owned(user, account):
    with sqlite3.connect("accounts.db") as db:
        query = "SELECT number FROM accounts WHERE owner = ? AND number = ?"
        return db.execute(query, (user, account)).fetchone()


@app.post("/account/select")
def select():
    session = request.environ["beaker.session"]
    number = request.forms.get("number")
    row = owned(session["user"], number)
    if row is None:
        raise HTTPError(403, "not yours")
    session["account"] = row[0]
    session.save()
    return {"selected": True}


application = SessionMiddleware(app, OPTIONS)
