import html

import bleach
import flask
import markupsafe


def added():
    return flask.Response(
        markupsafe.Markup("<p>") + flask.request.args["text"] + markupsafe.Markup("%s</p>") % flask.request.args["more"]
    )


def escaped():
    return flask.Response("<p title='" + html.escape(flask.request.args["name"]) + "'>")


def escaped_but_quotes():
    flask.Response("<p>" + html.escape(flask.request.args["name"], quote=False) + "</p>")
    text = html.escape(flask.request.args["name"], quote=False)
    return flask.Response("<p title='" + text + "'>")  # expect: cross-site-scripting


def marked_up():
    return flask.Response("<p>" + markupsafe.escape(flask.request.args["name"]) + "</p>")


def formatted():
    return flask.Response(markupsafe.Markup("<p>{}</p>").format(flask.request.args["name"]))


def cleaned():
    return flask.Response(bleach.clean(flask.request.args["page"]))


def marked_safe():
    return markupsafe.Markup("<p>" + flask.request.args["name"]) is None  # expect: cross-site-scripting
