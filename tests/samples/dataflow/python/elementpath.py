import os

import elementpath
import flask


def selected(root):
    elementpath.select(root, "//person[@name='" + flask.request.args["name"] + "']")  # expect: xpath-injection


def compiled():
    return elementpath.Selector("//" + flask.request.args["name"]) is None  # expect: xpath-injection


def asked(root):
    os.system("ls " + elementpath.select(root, "//folder[@name=$name]", variables={"name": flask.request.args["name"]})[0].text)
