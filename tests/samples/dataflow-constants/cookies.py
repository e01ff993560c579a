import http.cookies, os
from flask import Flask, make_response, request, jsonify, session
from django.http import HttpResponse
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, RedirectResponse
from aiohttp import web
import tornado.web
import bottle
app = Flask(__name__)
api = FastAPI()
OPTS = {"httponly": True, "samesite": "Lax"}
GOOD = {**OPTS, "secure": True}
SECURE = True
INSECURE = not SECURE

@app.route("/1")
def f1():
    r = make_response("x")
    r.set_cookie("sid", "x")  # expect: insecure-cookie
    return r
@app.route("/2")
def f2():
    r = make_response("x")
    r.set_cookie("sid", "x", **OPTS)  # expect: insecure-cookie
    r.set_cookie("sid", "x", **GOOD)
    return r
@app.route("/3")
def f3():
    r = jsonify(a=1)
    r.set_cookie("sid", "x", secure=SECURE)
    r.set_cookie("sid", "x", secure=INSECURE)  # expect: insecure-cookie
    r.set_cookie("sid", "x", secure=not app.debug)
    r.set_cookie("sid", "x", secure=request.is_secure)
    r.delete_cookie("sid")
    r.set_cookie("sid", "", max_age=0)
    r.set_cookie("sid", "", expires=0)
    return r
def d1(request):
    r = HttpResponse("x")
    r.set_cookie("a", "b", httponly=True)  # expect: insecure-cookie
    r.set_cookie("a", "b", secure=True)
    r.cookies["a"] = "c"  # expect: insecure-cookie
    return r
def d2(request):
    r = HttpResponse("x")
    r.cookies["a"] = "c"
    r.cookies["a"]["secure"] = True
    return r
@api.get("/")
def fa(response: Response):
    response.set_cookie("a", "b")  # expect: insecure-cookie
    response.set_cookie(key="a", value="b", secure=True)
    j = JSONResponse({})
    j.set_cookie("a", "b", httponly=True)  # expect: insecure-cookie
    r = RedirectResponse("/")
    r.set_cookie("a", "b", secure=False)  # expect: insecure-cookie
    return r
async def aio(request):
    r = web.Response(text="x")
    r.set_cookie("a", "b")  # expect: insecure-cookie
    r.set_cookie("a", "b", secure=True)
    raise web.HTTPFound("/")
class H(tornado.web.RequestHandler):
    def get(self):
        self.set_cookie("a", "b")  # expect: insecure-cookie
        self.set_secure_cookie("a", "b", secure=True)
        self.set_secure_cookie("a", "b")  # expect: insecure-cookie
        self.set_header("Set-Cookie", "a=b; Path=/")  # expect: insecure-cookie
        self.add_header("Set-Cookie", "a=b; Path=/; Secure")
@bottle.route("/")
def b():
    bottle.response.set_cookie("a", "b")  # expect: insecure-cookie
    bottle.response.set_cookie("a", "b", secure=True)
def wsgi(environ, start_response):
    c = http.cookies.SimpleCookie()
    c["sid"] = "x"
    c["sid"]["httponly"] = True
    c["sid"]["secure"] = True
    start_response("200 OK", [("Set-Cookie", c["sid"].OutputString())])
    return []
def wsgi2(environ, start_response):
    c = http.cookies.SimpleCookie()
    c["sid"] = "x"  # expect: insecure-cookie
    c["sid"]["httponly"] = True
    start_response("200 OK", [("Set-Cookie", c.output(header=""))])
    return []
def wsgi3(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html"), ("Set-Cookie", "sid=" + environ["x"] + "; HttpOnly")])  # expect: insecure-cookie
    start_response("200 OK", [("Set-Cookie", "sid=" + environ["x"] + "; HttpOnly; Secure")])
def wsgi4(environ, start_response):
    c = http.cookies.SimpleCookie()
    c["sid"] = "x"
    m = c["sid"]
    m["path"] = "/"
    m["secure"] = 1
def wsgi5(environ, start_response):
    c = http.cookies.SimpleCookie()
    c["sid"] = "x"
    c["sid"].update({"secure": True, "httponly": True})
app.config["SESSION_COOKIE_SECURE"] = False  # expect: insecure-cookie
app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_HTTPONLY=True)
app.config.update({"SESSION_COOKIE_SECURE": False})  # expect: insecure-cookie
app.config.from_mapping(SESSION_COOKIE_SECURE=False)  # expect: insecure-cookie
def helper(resp, name, value, secure=True):
    resp.set_cookie(name, value, secure=secure, httponly=True)
@app.route("/9")
def f9():
    r = make_response("x")
    helper(r, "a", "b")
    return r
def helper2(resp, name, value, secure=True):
    resp.set_cookie(name, value, secure=secure, httponly=True)  # expect: insecure-cookie
@app.route("/10")
def f10():
    r = make_response("x")
    helper2(r, "a", "b", secure=False)
    return r
@app.route("/11")
def f11():
    r = make_response("x")
    opts = dict(httponly=True)
    if os.environ.get("X"):
        opts["secure"] = True
    opts["samesite"] = "Lax"
    r.set_cookie("a", "b", **opts)
    return r
@app.route("/12")
def f12():
    r = make_response("x")
    opts = dict(httponly=True)
    opts.update(secure=True)
    r.set_cookie("a", "b", **opts)
    r.headers["Set-Cookie"] = "a=b"  # expect: insecure-cookie
    r.headers.add("Set-Cookie", f"a={request.args['q']}; Secure")
    return r
