import html
import http.client
import os
import socket
import urllib.request
from urllib.parse import parse_qs, quote, quote_plus, urlencode, urlsplit

import flask


def opened():
    urllib.request.urlopen(flask.request.args["url"])  # expect: server-side-request-forgery


def connected():
    return http.client.HTTPConnection(flask.request.args["host"]) is None  # expect: server-side-request-forgery


def plugged():
    socket.create_connection((flask.request.args["host"], 80))  # expect: server-side-request-forgery


def retrieved():
    urllib.request.urlretrieve("https://example.org", flask.request.args["file"])  # expect: path-traversal


def quoted():
    os.system("ls " + quote(flask.request.args["folder"]))


def quoted_but():
    os.system("ls " + quote(flask.request.args["folder"], safe=":;"))  # expect: command-injection
    return flask.Response('<a href="/' + quote(flask.request.args["folder"], safe="?") + '">')


def quoted_slash():
    return open("/srv/" + quote(flask.request.args["file"], safe=""))


def quoted_plus():
    return open("/srv/" + quote_plus(flask.request.args["file"]))


def encoded():
    os.system("echo '" + urlencode({"name": flask.request.args["name"]}) + "'")


def replied():
    return open(urllib.request.urlopen("https://example.org", data=flask.request.get_data()).geturl())


def host():
    url = flask.request.args["next"]
    if urlsplit(url).hostname == "example.org":
        return flask.redirect(url)
    return None


def scheme():
    url = flask.request.args["next"]
    if urlsplit(url).scheme not in ("http", "https"):
        return flask.Response('<a href="' + html.escape(url) + '">')  # expect: cross-site-scripting
    return flask.Response('<a href="' + html.escape(url) + '">')


def fields():
    query = parse_qs(flask.request.query_string.decode("utf-8", "replace"))
    flask.session["page"] = query["page"][0]  # expect: trust-boundary
