import html

from flask import Flask, make_response, request

app = Flask(__name__)

FORM = (
    "<!doctype html><title>Search</title>"
    "<form action='/search'><input name='q' value='{value}'>"
    "<button>Go</button></form><p>{hits} documents</p>"
)
INDEX = ["annual report", "price list", "minutes of the meeting"]


def attribute(value):
    return html.escape(value, quote=False)


def count(term):
    hits = 0
    for title in INDEX:
        if term and term.lower() in title:
            hits += 1
    return hits


@app.get("/search")
def search():
    term = request.args.get("q", "")
    page = FORM.format(value=attribute(term[:80]), hits=count(term))
    response = make_response(page)
    response.headers["Content-Type"] = "text/html; charset=utf-8"
    return response
