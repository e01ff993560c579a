import os

import sanic
from sanic import Request, Sanic
from sanic.response import file, html, redirect, text
from sanic.views import HTTPMethodView

app = Sanic("sample")


def query(request: Request):
    os.system("ls " + request.args.get("folder"))  # expect: command-injection


def body(request: Request):
    os.system("ls " + request.json["folder"])  # expect: command-injection


def header(request: Request):
    os.system("ls " + request.headers["x-folder"])  # expect: command-injection


def page(request: Request):
    text(request.args.get("name"))
    return html("Hello " + request.args.get("name"))  # expect: cross-site-scripting


def redirected(request: Request):
    return redirect(request.args.get("next"))  # expect: open-redirect


async def sent(request: Request):
    return await file("/srv/" + request.args.get("file"))  # expect: path-traversal


def cookie():
    response = text("ok")
    response.add_cookie("theme", "dark")
    response.add_cookie("theme", "dark", secure=False)  # expect: insecure-cookie
    return response


def own_page(request: Request):
    return redirect(app.url_for("home", tab=request.args.get("tab")))


@app.get("/view/<name>")
async def view(incoming, name):
    os.system("ls " + name)  # expect: command-injection


class Page(HTTPMethodView):
    def get(self, incoming, name):
        os.system("ls " + name)  # expect: command-injection
