from flask import Flask, request
from markupsafe import Markup, escape

app = Flask(__name__)

PAGE = "<html><body><h1>Results</h1>{body}</body></html>"


def heading(term):
    return Markup("<p>You searched for <em>" + term + "</em></p>")


@app.get("/search")
def search():
    term = request.args.get("q", "")
    body = heading(term)
    return PAGE.format(body=body)


@app.errorhandler(404)
def missing(_error):
    return PAGE.format(body=escape("Nothing < here")), 404
