import os
import pickle

import bottle
from bottle import Bottle, HTTPResponse, SimpleTemplate, request, response

app = Bottle()


def query():
    os.system("ls " + request.query.get("folder", "."))  # expect: command-injection


def body():
    os.system("ls " + request.json["folder"])  # expect: command-injection


def header():
    os.system("ls " + request.get_header("X-Folder"))  # expect: command-injection


def upload():
    return len(pickle.load(request.files["state"].file))  # expect: unsafe-deserialization


def upload_name():
    os.remove("/srv/" + request.files["state"].raw_filename)  # expect: path-traversal


def address():
    os.system("ls " + request.path)  # expect: command-injection
    bottle.redirect(request.url)


def saved():
    request.files["state"].save("/srv/" + request.query["folder"])  # expect: path-traversal


def sent():
    bottle.static_file(request.query["file"], "/srv")
    return bottle.static_file("index.html", request.query["folder"])  # expect: path-traversal


def redirected():
    bottle.redirect(request.query["next"])  # expect: open-redirect


def located():
    response.set_header("Location", request.query["next"])  # expect: open-redirect


def template():
    return SimpleTemplate("<p>" + request.query["name"]) is None  # expect: template-injection


def kept():
    session = request.environ["beaker.session"]
    session["user"] = request.query["user"]  # expect: trust-boundary


def page():
    return HTTPResponse("Hello " + request.query["name"])  # expect: cross-site-scripting


def cookie():
    response.set_cookie("theme", "dark")  # expect: insecure-cookie
    response.set_cookie("theme", "dark", secure=True)


def cookie_off():
    response.set_cookie("theme", "dark", secure=False)  # expect: insecure-cookie


@app.get("/escaped")
def escaped():
    return "<p>Hello " + bottle.html_escape(request.query["name"]) + "</p>"


@app.get("/rendered")
def rendered():
    return bottle.template("hello", name=request.query["name"])


@app.get("/answered")
def answered():
    return bottle.HTTPError(400, request.query["name"])


@app.get("/view/<name>")
def view(name):
    return "Hello " + name  # expect: cross-site-scripting


def added(name):
    return "Hello " + name  # expect: cross-site-scripting


app.route("/added/<name>", "GET", added)
