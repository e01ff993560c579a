import os
import pathlib
import re

import flask


def read():
    path = pathlib.Path("/srv/files") / flask.request.args["file"]
    return len(path.read_text())  # expect: path-traversal


def renamed():
    pathlib.Path("/srv/a").rename("/srv/" + flask.request.args["file"])  # expect: path-traversal


def listed():
    return len(list(pathlib.Path("/srv", flask.request.args["folder"]).glob("*")))  # expect: path-traversal


def canonical():
    path = str(pathlib.Path("/srv/files", flask.request.args["file"]).resolve())
    if path.startswith("/srv/files/"):
        os.remove(path)


def related():
    path = pathlib.Path("/srv/files", flask.request.args["file"]).resolve()
    if path.is_relative_to("/srv/files"):
        path.unlink()


def relative():
    path = pathlib.Path("/srv/files", flask.request.args["file"]).resolve()
    path.relative_to("/srv/files")
    path.unlink()


def unresolved():
    path = pathlib.Path("/srv/files", flask.request.args["file"])
    if path.is_relative_to("/srv/files"):
        path.unlink()  # expect: path-traversal


def same():
    name = flask.request.args["file"]
    if re.fullmatch("[a-z]+", name):
        pathlib.Path("/srv", name).unlink()
    if ".." not in name and "/" not in name:
        pathlib.Path("/srv", name).with_suffix(".txt").unlink()


def size():
    os.system("echo %s" % pathlib.Path(flask.request.args["file"]).stat())


def last_component():
    os.remove("/srv/files/" + pathlib.Path(flask.request.args["file"]).name)


def in_folder():
    path = pathlib.Path("/srv") / flask.request.args["path"]
    if path.parent == pathlib.Path("/srv"):
        path.read_text()


def below_folder():
    path = (pathlib.Path("/srv") / flask.request.args["path"]).resolve()
    if pathlib.Path("/srv") in path.parents:
        path.read_text()
