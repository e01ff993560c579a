import os

import flask
import itsdangerous
import jwt


def signed():
    data = itsdangerous.URLSafeSerializer("key").loads(flask.request.args["data"])
    os.system("ls " + data["folder"])


def token():
    claims = jwt.decode(flask.request.args["token"], "key", algorithms=["HS256"])
    os.system("ls " + claims["folder"])
    claims = jwt.decode(flask.request.args["token"], options={"verify_signature": False})
    os.system("ls " + claims["folder"])  # expect: command-injection
