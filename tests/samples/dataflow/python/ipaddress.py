import ipaddress
import os

import flask
import requests


def checked():
    host = flask.request.args["host"]
    ipaddress.IPv4Address(host)
    os.system("ping " + host)


def converted():
    address = ipaddress.IPv4Address(flask.request.args["host"])
    os.system("ping %s" % address)
    requests.get("http://%s/" % address)  # expect: server-side-request-forgery


def zoned():
    address = ipaddress.ip_address(flask.request.args["host"])
    os.system("ping %s" % address)  # expect: command-injection


def inner():
    host = flask.request.args["host"]
    if not ipaddress.ip_address(host).is_private:
        requests.get("http://" + host)


def outer():
    host = flask.request.args["host"]
    if ipaddress.ip_address(host).is_global:
        requests.get("http://" + host)
