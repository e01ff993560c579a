import os
import re

import flask


def environment():
    os.system(os.environ["EDITOR"])  # local: command-injection


def shell():
    os.system("ls " + flask.request.args["folder"])  # expect: command-injection


def ended():
    return flask.make_response(str(os.system("ls " + flask.request.args["folder"])))  # expect: command-injection


def program():
    os.execv(flask.request.args["program"], ["x"])  # expect: command-injection


def spawned():
    os.spawnlp(os.P_WAIT, flask.request.args["program"], "x")  # expect: command-injection
    os.spawnlp(os.P_WAIT, "ls", "ls", flask.request.args["folder"])


def shell_program():
    os.execl("/bin/sh", "sh", "-c", flask.request.args["line"])  # expect: command-injection


def shell_list():
    os.execvp("bash", ["bash", "-c", flask.request.args["line"]])  # expect: command-injection
    os.execvp("ls", ["ls", "-l", flask.request.args["line"]])


def removed():
    os.remove("/srv/" + flask.request.args["file"])  # expect: path-traversal


def renamed():
    os.rename("/srv/new", "/srv/" + flask.request.args["file"])  # expect: path-traversal


def last_component():
    os.remove("/srv/files/" + os.path.basename(flask.request.args["file"]))


def canonical():
    path = os.path.realpath(os.path.join("/srv/files", flask.request.args["file"]))
    if path.startswith("/srv/files/"):
        os.remove(path)


def same():
    name = flask.request.args["file"]
    if re.fullmatch("[a-z]+", name):
        os.remove("/srv/" + os.fspath(name))


def size():
    os.system("echo %s" % os.path.getsize(flask.request.args["file"]))
