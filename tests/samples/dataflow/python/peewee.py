import flask
import peewee


class Person(peewee.Model):
    name = peewee.TextField()


def raw():
    Person.raw("SELECT * FROM person WHERE name = %s", flask.request.args["name"])
    Person.raw("-- people\nSELECT * FROM person WHERE name = '" + flask.request.args["name"] + "'")  # expect: sql-injection
    peewee.SqliteDatabase("x.db").execute_sql("VACUUM " + flask.request.args["table"])  # expect: sql-injection
