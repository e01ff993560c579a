import flask
from mako.template import Template


def template():
    return Template("<p>" + flask.request.args["name"]) is None  # expect: template-injection


def named():
    return Template(filename="/srv/" + flask.request.args["page"]) is None  # expect: path-traversal


def plain():
    return flask.Response(Template("<p>${name}").render(name=flask.request.args["name"]))  # expect: cross-site-scripting


def escaped():
    return flask.Response(Template("<p>${name}", default_filters=["h"]).render(name=flask.request.args["name"]))
