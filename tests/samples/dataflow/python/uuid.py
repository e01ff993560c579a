import os
import uuid

import flask


def checked():
    name = flask.request.args["id"]
    uuid.UUID(name)
    os.system("touch " + name)


def converted():
    os.system("touch %s" % uuid.uuid5(uuid.NAMESPACE_DNS, flask.request.args["id"]))
