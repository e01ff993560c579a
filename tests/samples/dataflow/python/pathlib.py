import os
import pathlib
import flask


def read():
    path = pathlib.Path("/srv/files") / flask.request.args["file"]
    return len(path.read_text())  # expect: path-traversal


def renamed():
    pathlib.Path("/srv/a").rename("/srv/" + flask.request.args["file"])  # expect: path-traversal


def listed():
    return len(list(pathlib.Path("/srv", flask.request.args["folder"]).glob("*")))  # expect: path-traversal


def canonical():
    path = pathlib.Path("/srv/files", flask.request.args["file"]).resolve()
    if path.is_relative_to("/srv/files"):
        path.unlink()


def same():
    name = flask.request.args["file"]
    if name in ("a", "b"):
        pathlib.Path(name).unlink()


def size():
    os.system("echo %s" % pathlib.Path(flask.request.args["file"]).stat())


def last_component():
    os.remove("/srv/files/" + pathlib.Path(flask.request.args["file"]).name)
