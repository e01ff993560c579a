import re

from bottle import Bottle, request, response
from peewee import SQL, CharField, IntegerField, Model, SqliteDatabase

database = SqliteDatabase("music.db")
application = Bottle()

RANGE = re.compile(r"^\d{4}-\d{4}$", re.MULTILINE)


class Album(Model):
    title = CharField()
    artist = CharField()
    year = IntegerField()

    class Meta:
        database = database


def years(text):
    if RANGE.fullmatch(text) is None:
        raise ValueError("expected YYYY-YYYY")
    return text.replace("-", " AND ", 1)


@application.hook("before_request")
def connect():
    database.connect(reuse_if_open=True)


@application.hook("after_request")
def disconnect():
    database.close()


@application.get("/albums")
def albums():
    span = request.query.get("years") or "1900-2100"
    artist = request.query.get("artist", "")
    try:
        condition = SQL("year BETWEEN " + years(span))
    except ValueError:
        response.status = 400
        return {"error": "expected YYYY-YYYY"}
    query = Album.select().where(Album.artist == artist).where(condition)
    return {"albums": [{"title": a.title, "year": a.year} for a in query.order_by(Album.year)]}
