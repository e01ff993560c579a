import configparser
import os

import flask


def stored():
    settings = configparser.ConfigParser()
    settings.add_section("a")
    settings.set("a", "one", "x")
    settings.set("a", "two", flask.request.args["two"])
    os.system("ls " + settings.get("a", "one"))
    os.system("ls " + settings.get("a", "two"))  # expect: command-injection


def number():
    settings = configparser.ConfigParser()
    settings.read_string(flask.request.args["settings"])
    os.system("sleep %s" % settings.getint("a", flask.request.args["key"]))
