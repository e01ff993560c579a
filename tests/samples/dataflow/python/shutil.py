import os
import shutil
import flask


def copied():
    shutil.copy("/srv/" + flask.request.args["file"], "/tmp/copy")  # expect: path-traversal


def removed():
    shutil.rmtree("/srv/" + flask.request.args["folder"])  # expect: path-traversal


def packed():
    shutil.chown("/srv/data", "www", flask.request.args["group"])
    shutil.make_archive("/srv/out", "zip", "/srv/" + flask.request.args["folder"])  # expect: path-traversal


def unpacked():
    shutil.unpack_archive("/srv/" + flask.request.args["file"], "/srv/out")  # expect: path-traversal


def found():
    os.system(shutil.which(flask.request.args["tool"]) + " --version")
