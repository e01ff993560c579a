import os
import sys

import flask


def argument():
    os.system("ls " + sys.argv[1])  # local: command-injection


def piped():
    os.system("ls " + sys.stdin.readline())  # local: command-injection


def size():
    os.system("echo %s" % sys.getsizeof(flask.request.args["name"]))
