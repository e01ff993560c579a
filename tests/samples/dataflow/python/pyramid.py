import os

from pyramid.httpexceptions import HTTPFound
from pyramid.response import FileResponse, Response
from pyramid.view import view_config


def query(request):
    os.system("ls " + request.params["folder"])  # expect: command-injection


def body(request):
    os.system("ls " + request.json_body["folder"])  # expect: command-injection


def header(request):
    os.system("ls " + request.headers["X-Folder"])  # expect: command-injection


def page(request):
    Response(request.params["name"], content_type="text/plain")
    return Response("Hello " + request.params["name"])  # expect: cross-site-scripting


def redirected(request):
    return HTTPFound(request.params["next"])  # expect: open-redirect


def sent(request):
    return FileResponse("/srv/" + request.params["file"])  # expect: path-traversal


def kept(request):
    request.session["user"] = request.params["user"]  # expect: trust-boundary


def cookie(request):
    request.response.set_cookie("theme", "dark")  # expect: insecure-cookie
    request.response.set_cookie("theme", "dark", secure=True)


def cookie_off(request):
    request.response.set_cookie("theme", "dark", secure=False)  # expect: insecure-cookie


def own_page(request):
    return HTTPFound(request.route_url("home", tab=request.params["tab"]))


@view_config(route_name="view")
def view(incoming):
    os.system("ls " + incoming.params["folder"])  # expect: command-injection


def with_context(context, request):
    os.system("ls " + request.params["folder"])  # expect: command-injection
