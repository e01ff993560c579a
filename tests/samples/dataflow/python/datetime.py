import os
from datetime import date, datetime

import flask


def checked():
    day = flask.request.args["day"]
    date.fromisoformat(day)
    os.system("touch " + day)


def moment():
    os.system("touch %s" % datetime.strptime(flask.request.args["day"], "%Y"))
