import os
import pickle
from http import HTTPStatus

from werkzeug.security import generate_password_hash
from werkzeug.utils import redirect, safe_join, secure_filename, send_file
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import wrap_file


def query(request: Request):
    os.system("ls " + request.args["folder"])  # expect: command-injection


def form(request: Request):
    os.system("ls " + request.form.get("folder", "."))  # expect: command-injection


def body(request: Request):
    os.system("ls " + request.get_json()["folder"])  # expect: command-injection


def header(request: Request):
    os.system("ls " + request.headers["X-Folder"])  # expect: command-injection


def environment(request: Request):
    os.system("ls " + request.environ["HTTP_X_FOLDER"])  # expect: command-injection
    os.system("ls " + request.environ["acme.folder"])


def wrapped(request: Request):
    with open("/srv/page.html") as page:
        return Response(wrap_file(request.args, page))


def conditional(request: Request):
    response = Response("ok", mimetype="text/html")
    return Response(response.make_conditional(request.headers))


def address(request: Request):
    os.system("ls " + request.path)  # expect: command-injection
    return redirect(request.url)


def upload(request: Request):
    return len(pickle.load(request.files["state"].stream))  # expect: unsafe-deserialization


def upload_name(request: Request):
    file = request.files["state"]
    file.save("/srv/" + file.filename)  # expect: path-traversal


def sent(request: Request):
    return send_file("/srv/" + request.args["file"], request.environ)  # expect: path-traversal


def redirected(request: Request):
    return redirect(request.args["next"])  # expect: open-redirect


def located(request: Request):
    response = Response(status=302)
    response.headers["Location"] = request.args["next"]  # expect: open-redirect
    return response


def located_at_once(request: Request):
    Response(status=201, headers={"Location": request.args["next"]})
    Response("", "404 NOT FOUND", {"Location": request.args["next"]})
    Response(status=HTTPStatus.CREATED, headers={"Location": request.args["next"]})
    return Response(status=302, headers={"Location": request.args["next"]})  # expect: open-redirect


def page(request: Request):
    Response(request.args["name"], mimetype="text/plain")
    return Response("Hello " + request.args["name"], mimetype="text/html")  # expect: cross-site-scripting


def page_data(request: Request):
    response = Response()
    response.data = "Hello " + request.args["name"]  # expect: cross-site-scripting
    return response


def plain_data(request: Request):
    response = Response(mimetype="application/json")
    response.set_data(request.args["name"])
    return response


def plain_content(request: Request):
    response = Response(content_type="application/json")
    response.data = request.args["name"]
    return response


def told_plain(request: Request):
    response = Response()
    response.mimetype = "text/plain"
    response.data = request.args["name"]
    return response


def cookie(request: Request):
    response = Response("ok")
    response.set_cookie("theme", "dark")  # expect: insecure-cookie
    response.set_cookie("theme", "dark", secure=True)
    return response


def cookie_off(request: Request):
    response = Response("ok")
    response.set_cookie("theme", "dark", secure=False)  # expect: insecure-cookie
    return response


def secured(request: Request):
    return open("/srv/" + secure_filename(request.args["file"]))


def joined(request: Request):
    return open(safe_join("/srv", request.args["file"]))


def number(request: Request):
    os.system("sleep %s" % request.args.get("seconds", 1, type=int))


def fraction(request: Request):
    os.system("sleep %s" % request.args.get("seconds", 1, type=float))


def hashed(request: Request):
    os.system("echo " + generate_password_hash(request.form["word"]))


def answered(request: Request):
    response = Response(request.args["name"], mimetype="text/plain")
    return Response(response)
