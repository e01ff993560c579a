from dominate import document, tags
from dominate.util import raw as as_it_is
from flask import Flask, request

app = Flask(__name__)


@app.get("/raw")
def raw():
    page = document(title="Shop")
    with page:
        as_it_is(request.args["name"])  # expect: cross-site-scripting
    return page.render()


@app.get("/tagged")
def tagged():
    return "<!doctype html>" + str(tags.p(request.args["name"]))
