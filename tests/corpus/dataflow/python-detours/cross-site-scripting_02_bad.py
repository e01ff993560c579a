import io

from flask import Flask, Response, request
from markupsafe import escape

app = Flask(__name__)
KNOWN = ("colour", "size", "brand")


def report(pairs):
    out = io.StringIO()
    out.write("<ul>")
    for name, value in pairs:
        if name in KNOWN:
            continue
        out.write("<li>ignored: " + name + " (" + str(len(value)) + " characters)</li>")
    out.write("</ul>")
    out.seek(0)
    return out.read()


@app.get("/filters")
def filters():
    pairs = list(request.args.items(multi=True))
    used = [name for name, _ in pairs if name in KNOWN]
    head = "<!doctype html><h1>%d filters in use</h1>" % len(used)
    return Response(head + report(pairs), mimetype="text/html")
