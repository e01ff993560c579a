import os
import shlex

import flask


def quoted():
    os.system("ls " + shlex.quote(flask.request.args["folder"]))
    return open(shlex.quote(flask.request.args["file"]))  # expect: path-traversal
