import random
import sqlite3
from contextlib import closing

from bottle import Bottle, request

from ids.clock import in_days
from ids.tokens import TokenFactory

app = Bottle()
new_api_key = TokenFactory(random.Random(), length=40)


@app.post("/api-keys")
def create():
    label = request.forms.get("label", "default")[:40]
    key = new_api_key()
    with closing(sqlite3.connect("/var/lib/app/keys.db")) as db, db:
        db.execute("INSERT INTO api_keys VALUES (?, ?, ?)", (key, label, in_days(90)))
    return {"key": key}
