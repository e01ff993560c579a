import os

import flask
import sqlalchemy
from sqlalchemy.orm import Session


def stored(session: Session):
    name = session.query("x").first()
    os.system("touch " + name)  # expect: command-injection


def text():
    sqlalchemy.text("SELECT 1 WHERE a = :a").bindparams(a=flask.request.args["a"])
    return sqlalchemy.text("SELECT 1 WHERE a = " + flask.request.args["a"]) is None  # expect: sql-injection


def connection():
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as link:
        link.exec_driver_sql("SELECT 1 WHERE a = '%s'" % flask.request.args["a"])  # expect: sql-injection


def session(session: Session):
    session.execute(f"SELECT 1 WHERE a = {flask.request.args['a']}")  # expect: sql-injection


def filtered(session: Session):
    session.query("x").filter("a = " + flask.request.args["a"])  # expect: sql-injection


def asked(session: Session):
    row = session.get("x", flask.request.args["a"])
    return open("/srv/" + row.name)


def bound(session: Session):
    session.execute(sqlalchemy.text("SELECT 1 WHERE a = :a").bindparams(a=flask.request.args["a"]))


def operators(session: Session, model):
    return session.query("x").filter(model.name.in_(flask.request.args["names"]))
