"""What one request puts into a module's variables and objects in Python, and another finds there."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

FLASK = """
import os, re, html
from flask import Flask, abort, redirect, request
app = Flask(__name__)
"""

KEPT = {
    "under a key": """
STORE = {}
@app.get("/run")
def run():
    os.system(STORE["x"])  # expect: command-injection
    os.system("echo " + STORE["mode"])
    return ""
@app.post("/put")
def put():
    STORE["x"] = request.form["x"]
    STORE["mode"] = "fast"
    return ""
""",
    "in a list, and checked before": """
HOSTS, CHECKED = [], []
@app.post("/put")
def put():
    HOSTS.append({"host": request.form["any"]})
    host = request.form["host"]
    if not re.fullmatch("[a-z]+", host):
        abort(400)
    CHECKED.append({"host": host})
    return ""
@app.get("/run")
def run():
    for one in HOSTS:
        os.system("ping " + one["host"])  # expect: command-injection
    for one in CHECKED:
        os.system("ping " + one["host"])
    return ""
""",
    "a variable": """
current, mode = "a", "b"
@app.get("/run")
def run():
    os.system("job " + mode)
    os.system("job " + current)  # expect: command-injection
    return ""
@app.post("/put")
def put():
    global current, mode
    wanted = request.form["x"]
    current = wanted
    if wanted not in ("fast", "slow"):
        abort(400)
    mode = wanted
    return ""
""",
    "an object's own list and a class's": """
class Board:
    notes = []
    def __init__(self):
        self.lines = []
        self.clean = []
    def add(self, line):
        self.lines.append(line)
        self.clean.append(html.escape(line))
        Board.notes.append(line)
board = Board()
@app.get("/clean")
def clean():
    return "".join(board.clean)
@app.get("/lines")
def lines():
    return "".join(board.lines)  # expect: cross-site-scripting
@app.get("/notes")
def notes():
    return "".join(Board.notes)  # expect: cross-site-scripting
@app.post("/put")
def put():
    board.add(request.form["line"])
    return ""
""",
    "by the function that reads it": """
LINKS = {}
@app.route("/<code>", methods=["GET", "POST"])
def link(code):
    if request.method == "POST":
        LINKS[code] = request.form["url"]
        return ""
    return redirect(LINKS[code])  # expect: open-redirect
""",
    "in variables of the function around": """
def made():
    store, last = {}, ""
    @app.get("/run")
    def run():
        os.system(store["x"])  # expect: command-injection
        os.system(last)  # expect: command-injection
        return ""
    @app.post("/put")
    def put():
        nonlocal last
        store["x"] = last = request.form["x"]
        return ""
""",
    "by an object whose methods are the handlers": """
class Service:
    def __init__(self):
        self.texts = {}
    def run(self):
        os.system(self.texts["x"])  # expect: command-injection
        return ""
    def put(self):
        self.texts[request.form["name"]] = request.form["text"]
        return ""
service = Service()
app.add_url_rule("/run", view_func=service.run)
app.add_url_rule("/put", view_func=service.put, methods=["POST"])
""",
    "counted only": """
hits, total = {}, 0
@app.get("/hits")
def counted():
    global total
    hits[request.args["x"]] = hits.get(request.args["x"], 0) + 1
    total += len(request.args["x"])
    os.system("echo %d" % total)
    return "".join(str(number) for number in hits.values())
""",
    "a draft that is refused on one path": """
DRAFTS = {}
class Draft:
    def __init__(self, formula):
        self.formula = formula
def checked(draft):
    if not re.fullmatch("[0-9+*]+", draft.formula):
        raise KeyError(draft)
    return draft
@app.post("/put")
def put():
    try:
        DRAFTS["x"] = checked(Draft(request.form["formula"]))
    except KeyError:
        return "refused"
    except (TypeError, ValueError):
        return "odd"
    return ""
@app.get("/run")
def run():
    return str(float(eval(DRAFTS["x"].formula)))
""",
}


@pytest.mark.parametrize("code", KEPT.values(), ids=KEPT.keys())
def test_what_a_module_keeps_for_the_next_request(code: str) -> None:
    marked(FLASK + code)


def test_context_variables_are_what_they_were_once_they_are_reset() -> None:
    marked(
        FLASK
        + """
import contextvars
user = contextvars.ContextVar("user", default="nobody")
def act():
    os.system("id " + user.get())  # expect: command-injection
@app.get("/act")
def acting():
    token = user.set(request.args["u"])
    act()
    user.reset(token)
    os.system("id " + user.get())
    user.set("root")
    os.system("id " + user.get())
    return ""
"""
    )


def test_places_of_tuples_that_a_loop_makes_are_told_apart() -> None:
    marked(
        FLASK
        + """
def allowed(pairs):
    for key, value in pairs.items():
        if key in ("a", "b"):
            yield key, value
@app.get("/")
def view():
    for key, value in allowed(request.args):
        os.system("echo " + key)
        os.system("echo " + value)  # expect: command-injection
    return ""
"""
    )


def test_what_handlers_see_of_a_variable_that_is_given_several_values() -> None:
    marked(
        FLASK
        + """
@app.get("/")
def view():
    name = request.args["x"]
    try:
        name = "constant"
        check(request.args["y"])
    except ValueError:
        os.system(name)
    try:
        name = request.args["x"]
        check(name)
        name = "constant"
        check(name)
    except ValueError:
        os.system(name)  # expect: command-injection
        return ""
    os.system(name)
    return ""
"""
    )
