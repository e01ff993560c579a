import sqlite3

import falcon
from passlib.context import CryptContext

policy = CryptContext(schemes=["pbkdf2_sha256", "pbkdf2_sha512"], default="pbkdf2_sha512")


class Directory:
    def __init__(self, path):
        self.path = path

    def execute(self, statement, args):
        conn = sqlite3.connect(self.path)
        try:
            with conn:
                return conn.execute(statement, args).fetchone()
        finally:
            conn.close()


class Passwords:
    def __init__(self, directory):
        self.directory = directory

    def on_put(self, req, resp):
        media = req.get_media()
        login, old, new = (str(media.get(k, "")) for k in ("login", "old", "new"))
        row = self.directory.execute("SELECT secret FROM people WHERE login = ?", (login,))
        if row is None or not policy.verify(old, row[0]):
            raise falcon.HTTPForbidden(title="wrong password")
        if len(new) < 12:
            raise falcon.HTTPBadRequest(title="too short")
        self.directory.execute("UPDATE people SET secret = ? WHERE login = ?", (policy.hash(new), login))
        resp.media = {"changed": True}


def create():
    app = falcon.App()
    app.add_route("/password", Passwords(Directory("people.db")))
    return app


application = create()
