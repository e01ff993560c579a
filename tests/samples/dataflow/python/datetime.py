import os
from datetime import date, datetime
from decimal import Decimal

import flask


def number():
    os.system("echo %s" % Decimal(flask.request.args["price"]))


def checked():
    day = flask.request.args["day"]
    date.fromisoformat(day)
    os.system("touch " + day)


def moment():
    os.system("touch %s" % datetime.fromisoformat(flask.request.args["day"]))
