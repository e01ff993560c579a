import os
import pickle

import conf
from starlette import status
from starlette.datastructures import UploadFile
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route


def query(request: Request):
    os.system("ls " + request.query_params["folder"])  # expect: command-injection


async def body(request: Request):
    data = await request.json()
    os.system("ls " + data["folder"])  # expect: command-injection


def header(request: Request):
    os.system("ls " + request.headers["x-folder"])  # expect: command-injection


def address(request: Request):
    os.system("ls " + request.url.path)  # expect: command-injection
    return RedirectResponse(request.url)


def upload_name(upload: UploadFile):
    os.remove("/srv/" + upload.filename)  # expect: path-traversal


async def upload(upload: UploadFile):
    return len(pickle.loads(await upload.read()))  # expect: unsafe-deserialization


def kept(request: Request):
    request.session["user"] = request.query_params["user"]  # expect: trust-boundary


def page(request: Request):
    return HTMLResponse("Hello " + request.query_params["name"])  # expect: cross-site-scripting


def typed_page(request: Request):
    Response(request.query_params["name"], media_type="text/plain")
    return Response("Hello " + request.query_params["name"], media_type="text/html")  # expect: cross-site-scripting


def redirected(request: Request):
    return RedirectResponse(request.query_params["next"])  # expect: open-redirect


def located_at_once(request: Request):
    Response(headers={"Location": request.query_params["next"]})
    JSONResponse({}, status_code=status.HTTP_201_CREATED, headers={"Location": request.query_params["next"]})
    return Response(status_code=302, headers={"location": request.query_params["next"]})  # expect: open-redirect


def located(request: Request):
    response = Response(status_code=302)
    response.headers["Location"] = request.query_params["next"]  # expect: open-redirect
    return response


def sent(request: Request):
    return FileResponse("/srv/" + request.query_params["file"])  # expect: path-traversal


def cookie():
    response = Response("ok")
    response.set_cookie("theme", "dark")  # expect: insecure-cookie
    response.set_cookie("theme", "dark", secure=True)
    response.set_cookie("theme", "dark", **conf.COOKIES)
    return response


def cookie_off():
    response = Response("ok")
    response.set_cookie("theme", "dark", secure=False)  # expect: insecure-cookie
    return response


def session_cookie(app):
    SessionMiddleware(app, "key", https_only=True)
    return SessionMiddleware(app, "key")  # expect: insecure-cookie


def session_cookie_off(app, settings):
    SessionMiddleware(app, "key", https_only=settings.https)
    return SessionMiddleware(app, "key", https_only=False)  # expect: insecure-cookie


def session_middleware():
    Middleware(SessionMiddleware, secret_key="key", https_only=True)
    return Middleware(SessionMiddleware, secret_key="key")  # expect: insecure-cookie


def session_middleware_off(settings):
    Middleware(SessionMiddleware, secret_key="key", https_only=settings.https)
    return Middleware(SessionMiddleware, secret_key="key", https_only=False)  # expect: insecure-cookie


def answered(request: Request):
    return HTMLResponse(JSONResponse({"name": request.query_params["name"]}))


def own_page(request: Request):
    return RedirectResponse(request.url_for("home", tab=request.query_params["tab"]))


async def routed(incoming):
    os.system("ls " + incoming.query_params["folder"])  # expect: command-injection


routes = [Route("/routed", routed)]


class Page(HTTPEndpoint):
    async def get(self, incoming):
        os.system("ls " + incoming.query_params["folder"])  # expect: command-injection


class Before(BaseHTTPMiddleware):
    async def dispatch(self, incoming, call_next):
        os.system("ls " + incoming.headers["folder"])  # expect: command-injection
        return await call_next(incoming)
