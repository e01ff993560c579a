import os

import flask
import requests


def reply():
    os.system("ls " + requests.get("https://example.org").text)  # expect: command-injection


def asked():
    requests.get("https://example.org", params={"name": flask.request.args["name"]})
    requests.get(flask.request.args["url"])  # expect: server-side-request-forgery


def requested():
    requests.Session().request("GET", flask.request.args["url"])  # expect: server-side-request-forgery


def replied():
    return open(requests.post("https://example.org", data=flask.request.args).text)
