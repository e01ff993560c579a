import ipaddress
import os

import flask


def checked():
    host = flask.request.args["host"]
    ipaddress.ip_address(host)
    os.system("ping " + host)


def converted():
    os.system("ping %s" % ipaddress.ip_address(flask.request.args["host"]))
