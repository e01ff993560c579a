from flask import Flask, Response, abort, request

app = Flask(__name__)
MANUALS = "/srv/manuals/"


def choose(requested):
    names = {"first": "overview.txt", "second": "overview.txt"}
    names["second"] = requested
    names["third"] = names["first"]
    return names["third"]


def read_manual(name):
    try:
        with open(MANUALS + name, encoding="utf-8") as handle:
            return handle.read(65536)
    except OSError:
        return None


@app.get("/manual")
def manual():
    requested = request.cookies.get("last_manual", "overview.txt")
    text = read_manual(choose(requested))
    if text is None:
        abort(404)
    return Response(text, mimetype="text/plain")
