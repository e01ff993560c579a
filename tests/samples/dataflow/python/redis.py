import os

import flask
import redis


def stored():
    os.system(b"ls " + redis.Redis().get("folder"))  # expect: command-injection


def message():
    for part in redis.Redis().pubsub().listen():
        os.system(part["data"])  # expect: command-injection


def script():
    redis.Redis().eval("return " + flask.request.args["sum"], 0)  # expect: code-injection


def asked():
    return open(redis.Redis().get(flask.request.args["key"]))
