"""Programs in layers: classes with operators of their own, objects that hold data for others, what functions leave behind."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

FLASK = """
from flask import Flask, request
app = Flask(__name__)
"""

UNPACKED = {
    "the element that was checked": """
@app.route("/")
def view():
    field, rule = request.args["by"].split(":")
    if field not in ("size", "price"):
        return "no"
    eval(field)
    return ""
""",
    "its neighbour": """
@app.route("/")
def view():
    field, rule = request.args["by"].split(":")
    if field not in ("size", "price"):
        return "no"
    eval(rule)  # expect: code-injection
    return ""
""",
    "its neighbour, by way of a function": """
def parsed(text):
    field, operator, limit = text.split(":", 2)
    if field not in ("size", "price"):
        raise ValueError(field)
    return field, limit.strip()

@app.route("/")
def view():
    field, limit = parsed(request.args["by"])
    eval("row." + field + limit)  # expect: code-injection
    return ""
""",
}


@pytest.mark.parametrize("code", UNPACKED.values(), ids=UNPACKED)
def test_a_check_of_one_part_says_nothing_of_another(code: str) -> None:
    marked(FLASK + code)


OPERATORS = {
    "a sum": """
class Code:
    def __init__(self, text):
        self.text = text

    def __add__(self, other):
        return Code(self.text + other.text)

class Kept(Code):
    def __add__(self, other):
        return self

@app.route("/")
def view():
    eval((Code("1 + ") + Code(request.args["x"])).text)  # expect: code-injection
    eval((Kept("1 + ") + Code(request.args["x"])).text)
    return ""
""",
    "a pipe": """
class Pipe:
    def __init__(self, parts):
        self.parts = parts

    def __or__(self, other):
        return Pipe(self.parts + [other])

@app.route("/")
def view():
    eval("".join((Pipe(["1"]) | request.args["x"]).parts))  # expect: code-injection
    return ""
""",
    "elements": """
class Bag:
    def __init__(self):
        self.held = {}

    def __setitem__(self, name, value):
        self.held[name] = value

    def __getitem__(self, name):
        return self.held[name]

@app.route("/")
def view():
    bag = Bag()
    bag["rule"] = request.args["x"]
    bag["size"] = int(request.args["y"])
    eval(bag["rule"])  # expect: code-injection
    eval(str(bag["size"]))
    return ""
""",
    "membership": """
class Allowed:
    names = ("size", "price")

    def __contains__(self, name):
        return name in self.names

class Anything:
    def __contains__(self, name):
        return True

@app.route("/")
def view():
    name = request.args["x"]
    if name in Allowed():
        eval(name)
    if name in Anything():
        eval(name)  # expect: code-injection
    return ""
""",
    "a loop": """
class Rules:
    def __init__(self, text):
        self.text = text

    def __iter__(self):
        yield from self.text.split(",")

class Sizes(Rules):
    def __iter__(self):
        return (int(part) for part in self.text.split(","))

@app.route("/")
def view():
    for rule in Rules(request.args["x"]):
        eval(rule)  # expect: code-injection
    for size in Sizes(request.args["x"]):
        eval(str(size))
    return ""
""",
    "text": """
class Rule:
    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text

class Size(Rule):
    def __str__(self):
        return str(int(self.text))

@app.route("/")
def view():
    eval(f"1 + {Rule(request.args['x'])}")  # expect: code-injection
    eval(f"1 + {Size(request.args['y'])}")
    eval("1 + {}".format(Rule(request.args["x"])))  # expect: code-injection
    eval("1 + %s" % Size(request.args["z"]))
    return ""
""",
    "truth": """
class Result:
    def __init__(self, text):
        self.text = text

    def __bool__(self):
        return len(self.text) < 9

@app.route("/")
def view():
    result = Result(request.args["x"])
    if result:
        return ""
    eval(result.text)  # expect: code-injection
    return ""
""",
}


@pytest.mark.parametrize("code", OPERATORS.values(), ids=OPERATORS)
def test_a_class_says_what_its_operators_do(code: str) -> None:
    marked(FLASK + code)
