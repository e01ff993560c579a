import os

import aiohttp
import aiohttp_jinja2
import aiohttp_session
from aiohttp import web

routes = web.RouteTableDef()


def query(request: web.Request):
    os.system("ls " + request.query["folder"])  # expect: command-injection


async def body(request: web.Request):
    data = await request.json()
    os.system("ls " + data["folder"])  # expect: command-injection


def header(request: web.Request):
    os.system("ls " + request.headers["X-Folder"])  # expect: command-injection


def address(request: web.Request):
    os.system("ls " + request.path)  # expect: command-injection
    raise web.HTTPFound(request.path)


async def message(request: web.Request):
    socket = web.WebSocketResponse()
    async for part in socket:
        os.system("ls " + part.data)  # expect: command-injection


async def reply():
    async with aiohttp.ClientSession() as session, session.get("https://example.org") as answer:
        os.system("ls " + await answer.text())  # expect: command-injection


async def asked(request: web.Request):
    async with aiohttp.ClientSession() as session:
        await session.get(request.query["url"])  # expect: server-side-request-forgery


async def based(request: web.Request):
    async with aiohttp.ClientSession("https://example.org") as session:
        await session.get("/items/" + request.query["id"])
    async with aiohttp.ClientSession(request.query["url"]) as session:  # expect: server-side-request-forgery
        await session.get("/items")


async def requested(request: web.Request):
    async with aiohttp.ClientSession() as session:
        await session.request("GET", request.query["url"])  # expect: server-side-request-forgery


def page(request: web.Request):
    web.Response(text=request.query["name"])
    return web.Response(text="Hello " + request.query["name"], content_type="text/html")  # expect: cross-site-scripting


def page_by_header(request: web.Request):
    headers = {"Content-Type": "text/html"}
    return web.Response(text="Hello " + request.query["name"], headers=headers)  # expect: cross-site-scripting


def redirected(request: web.Request):
    raise web.HTTPFound(request.query["next"])  # expect: open-redirect


def located_at_once(request: web.Request):
    web.Response(status=201, headers={"Location": request.query["next"]})
    return web.Response(status=302, headers={"Location": request.query["next"]})  # expect: open-redirect


def located(request: web.Request):
    response = web.Response(status=302)
    response.headers["Location"] = request.query["next"]  # expect: open-redirect
    return response


def sent(request: web.Request):
    return web.FileResponse("/srv/" + request.query["file"])  # expect: path-traversal


async def kept(request: web.Request):
    session = await aiohttp_session.get_session(request)
    session["user"] = request.query["user"]  # expect: trust-boundary


def cookie():
    response = web.Response(text="ok")
    response.set_cookie("theme", "dark")  # expect: insecure-cookie
    response.set_cookie("theme", "dark", secure=True)
    return response


def cookie_off():
    response = web.Response(text="ok")
    response.set_cookie("theme", "dark", secure=False)  # expect: insecure-cookie
    return response


async def rendered(request: web.Request):
    text = aiohttp_jinja2.render_string_async("hello.html", request, {"name": request.query["name"]})
    return web.Response(text=await text, content_type="text/html")


def answered(request: web.Request):
    return open(web.json_response({"name": request.query["name"]}))


async def replied(request: web.Request):
    async with aiohttp.ClientSession() as session:
        async with session.post("https://example.org", json={"name": request.query["name"]}) as answer:
            return open(answer.headers["X-File"])


@routes.get("/decorated")
async def decorated(incoming):
    os.system("ls " + incoming.query["folder"])  # expect: command-injection


async def routed(incoming):
    os.system("ls " + incoming.query["folder"])  # expect: command-injection


table = [web.get("/routed", routed)]


async def found_by_name(request):
    os.system(request.query["line"])  # expect: command-injection
