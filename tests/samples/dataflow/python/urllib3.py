import flask
import urllib3


def requested():
    urllib3.PoolManager().request("GET", flask.request.args["url"])  # expect: server-side-request-forgery


def connected():
    return urllib3.connection_from_url(flask.request.args["url"]) is None  # expect: server-side-request-forgery


def replied():
    return open(urllib3.PoolManager().request("POST", "https://example.org", body=flask.request.get_data()).data)
