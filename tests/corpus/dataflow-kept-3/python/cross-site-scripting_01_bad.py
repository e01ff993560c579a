import html
from collections import namedtuple

from flask import Flask, make_response, request

app = Flask(__name__)
Field = namedtuple("Field", "name value label")


def fields(args):
    for name, label in (("from", "Departure"), ("to", "Destination")):
        text = args.get(name, "").strip()
        yield Field(name, html.escape(text, quote=False), label)


def markup(field):
    return '<label>{label} <input name="{name}" value="{value}"></label>'.format(**field._asdict())


@app.get("/journey")
def journey():
    rows = "\n".join(map(markup, fields(request.args)))
    response = make_response("<form method=get>%s<button>Search</button></form>" % rows)
    response.headers["Content-Type"] = "text/html; charset=utf-8"
    return response
