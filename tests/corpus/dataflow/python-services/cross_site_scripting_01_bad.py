import logging

from flask import Flask, Response, request

from web.embedding import to_json

log = logging.getLogger(__name__)
app = Flask(__name__)

SHELL = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Search</title></head>
<body>
<div id="results"></div>
<script>window.__STATE__ = {state};</script>
<script src="/static/search.js"></script>
</body>
</html>
"""


class PageState:
    def __init__(self):
        self._values = {"version": 3}

    def add(self, **values):
        self._values.update(values)
        return self

    def render(self):
        return SHELL.format(state=to_json(self._values))


def page_number():
    try:
        return max(1, int(request.args.get("page", "1")))
    except ValueError:
        log.debug("page is not a number, taking the first")
        return 1


@app.get("/search")
def search_page():
    state = PageState().add(query=request.args.get("q", ""), page=page_number())
    response = Response(state.render(), mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response
