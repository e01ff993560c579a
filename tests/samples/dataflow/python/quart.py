import os

import quart
from quart import Quart, Response, request

app = Quart(__name__)


async def message():
    os.system("ls " + await quart.websocket.receive())  # expect: command-injection


async def kept():
    quart.session["user"] = request.args["user"]  # expect: trust-boundary


async def redirected():
    form = await request.form
    return quart.redirect(form["next"])  # expect: open-redirect


async def sent():
    return await quart.send_file("/srv/" + request.args["file"])  # expect: path-traversal


async def template():
    return len(await quart.render_template_string("<p>" + request.args["name"]))  # expect: template-injection


async def page():
    Response(request.args["name"], mimetype="text/plain")
    return Response("Hello " + request.args["name"])  # expect: cross-site-scripting


async def own_page():
    return quart.redirect(quart.url_for("home", tab=request.args["tab"]))


@app.get("/rendered")
async def rendered():
    page = quart.render_template_string("<p>{{ name }}", name=request.args["name"])
    return await page


@app.get("/answered")
async def answered():
    return quart.jsonify(name=request.args["name"])


@app.route("/view/<name>")
async def view(name):
    return "Hello " + name  # expect: cross-site-scripting


@app.websocket("/socket/<name>")
async def socket(name):
    os.system("ls " + name)  # expect: command-injection
