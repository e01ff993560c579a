import ipaddress
import os

import flask
import requests


def checked():
    host = flask.request.args["host"]
    ipaddress.ip_address(host)
    os.system("ping " + host)


def converted():
    address = ipaddress.ip_address(flask.request.args["host"])
    os.system("ping %s" % address)
    requests.get("http://%s/" % address)  # expect: server-side-request-forgery
