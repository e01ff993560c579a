import html
import os

import flask
from flask import Flask, Response, render_template, render_template_string, request
from flask.helpers import safe_join
from flask.views import MethodView
from flask_restful import Resource

app = Flask(__name__)


def streamed():
    pieces = flask.stream_with_context(html.escape(piece) for piece in request.args["text"])
    return len(Response(pieces).data)


def session():
    flask.session["user"] = request.args["user"]  # expect: trust-boundary


def redirected():
    return flask.redirect(request.args["next"])  # expect: open-redirect


def sent():
    return flask.send_file("/srv/" + request.args["file"])  # expect: path-traversal


def resource():
    return app.open_resource(request.args["file"]).name is None  # expect: path-traversal


def template():
    return len(render_template_string("<p>" + request.args["name"]))  # expect: template-injection


def marked_safe():
    return len(render_template_string("<p>{{ name|safe }}", name=request.args["name"]))  # expect: cross-site-scripting


def page():
    Response(request.args["name"], mimetype="text/plain")
    return Response("Hello " + request.args["name"])  # expect: cross-site-scripting


def made():
    return flask.make_response("Hello " + request.args["name"])  # expect: cross-site-scripting


def configured():
    app.config["SESSION_COOKIE_SECURE"] = False  # expect: insecure-cookie


def updated():
    app.config.update(SESSION_COOKIE_SECURE=False)  # expect: insecure-cookie


def own_page():
    return flask.redirect(flask.url_for("home", tab=request.args["tab"]))


@app.get("/rendered")
def rendered():
    return render_template_string("<p>{{ name }}", name=request.args["name"])


def joined():
    return open(safe_join("/srv", request.args["file"]))


@app.get("/answered")
def answered():
    return flask.jsonify(name=request.args["name"])


@app.route("/view/<name>")
def view(name):
    return "Hello " + name  # expect: cross-site-scripting


def added_view(name):
    os.system("ls " + name)  # expect: command-injection


app.add_url_rule("/added/<name>", view_func=added_view)


class Page(MethodView):
    def get(self, name):
        os.system("ls " + name)  # expect: command-injection
        return "ok"


class Item(Resource):
    def put(self, name):
        os.system("ls " + name)  # expect: command-injection
        return {"name": name}


def updated_table():
    app.config.update({"SESSION_COOKIE_SECURE": False})  # expect: insecure-cookie
