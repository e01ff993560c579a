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


CHOSEN = {
    "a function that is one of two": """
def number(text):
    return int(text)

def length(text):
    return len(text)

@app.route("/a")
def either():
    rule = request.args["x"]
    check = number if request.args.get("y") else length
    check(rule)
    eval(rule)  # expect: code-injection
    return ""

@app.route("/b")
def both():
    rule = request.args["x"]
    check = number if request.args.get("y") else float
    check(rule)
    eval(rule)
    return ""
""",
    "an object that is one of two": """
class Numbers:
    def check(self, rule):
        if not rule.isdigit():
            raise ValueError(rule)

class Lengths:
    def check(self, rule):
        if len(rule) > 9:
            raise ValueError(rule)

class Words:
    def check(self, rule):
        if not rule.isalnum():
            raise ValueError(rule)

class Closed:
    def check(self, rule):
        raise ValueError(rule)

def told(rule, checker):
    checker.check(rule)
    eval("rules." + rule)  # expect: code-injection

def sure(rule, checker):
    checker.check(rule)
    eval("rules.r" + rule)

@app.route("/")
def view():
    flag = request.args.get("y")
    told(request.args["x"], Numbers() if flag else Lengths())
    sure(request.args["x"], Numbers() if flag else Words())
    sure(request.args["x"], Numbers() if flag else Closed())
    return ""
""",
}


@pytest.mark.parametrize("code", CHOSEN.values(), ids=CHOSEN)
def test_what_only_one_of_several_checks_is_not_checked(code: str) -> None:
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


KEPT = {
    "a context variable": """
from contextvars import ContextVar

note = ContextVar("note", default="none")
size = ContextVar("size", default=0)

def told():
    eval(note.get())  # expect: code-injection

def measured():
    eval(str(size.get()))

@app.route("/")
def view():
    note.set(request.args["x"])
    size.set(int(request.args["y"]))
    told()
    measured()
    return ""
""",
    "a context variable that is set before every request": """
from contextvars import ContextVar

note = ContextVar("note")

@app.route("/")
def view():
    eval(note.get())  # expect: code-injection
    return ""

@app.before_request
def begin():
    note.set(request.headers["x-note"])
""",
    "a service that a class is given": """
class Rules:
    def run(self, rule):
        eval(rule)  # expect: code-injection

class Page:
    def __init__(self, rules):
        self.rules = rules

    def on_get(self, req, resp):
        self.rules.run(req.get_param("x"))

class Quiet:
    def run(self, rule):
        return int(rule)

class Other:
    def __init__(self, rules):
        self.rules = rules

    def on_get(self, req, resp):
        self.rules.run(req.get_param("x"))

def create():
    import falcon

    server = falcon.App()
    server.add_route("/page", Page(Rules()))
    server.add_route("/other", Other(Quiet()))
    return server
""",
    "several services that a class is given": """
class Quiet:
    def run(self, rule):
        return int(rule)

class Loud:
    def run(self, rule):
        print(len(rule))

class Rules:
    def run(self, rule):
        eval(rule)  # expect: code-injection

class Page:
    def __init__(self, rules):
        self.rules = rules

    def on_get(self, req, resp):
        self.rules.run(req.get_param("x"))

def create():
    import falcon

    server = falcon.App()
    for path, rules in (("/a", Quiet()), ("/b", Quiet()), ("/c", Loud())):
        server.add_route(path, Page(rules))
    server.add_route("/d", Page(Rules()))
    return server
""",
    "a service in the application": """
from aiohttp import web

class Rules:
    def run(self, rule):
        eval(rule)  # expect: code-injection

class Sizes:
    def run(self, size):
        return int(size)

async def page(request):
    request.app["rules"].run(request.query["x"])
    request.app["sizes"].run(request.query["y"])

async def begin(server):
    server["rules"] = Rules()
    server["sizes"] = Sizes()

def create():
    server = web.Application()
    server.on_startup.append(begin)
    server.router.add_get("/", page)
    return server
""",
    "named tuples": """
from collections import namedtuple
from typing import NamedTuple

Clause = namedtuple("Clause", "rule values")

class Other(NamedTuple):
    rule: str
    values: list

@app.route("/")
def view():
    eval(Clause(request.args["x"], []).rule)  # expect: code-injection
    eval(Clause("1", [request.args["x"]]).rule)
    rule, values = Other("1", [request.args["x"]])
    eval(rule)
    eval(values[0])  # expect: code-injection
    eval(Clause("1", [])._replace(rule=request.args["x"])[0])  # expect: code-injection
    return ""
""",
}


@pytest.mark.parametrize("code", KEPT.values(), ids=KEPT)
def test_what_one_function_keeps_another_finds(code: str) -> None:
    marked(FLASK + code)


def test_applications_that_have_nothing_to_do_with_each_other_share_nothing() -> None:
    handler = "async def page(request):\n    request.app['rules'].run(request.query['x'])\n"
    mine = "import falcon\nfrom aiohttp import web\n" + handler
    theirs = """
        from aiohttp import web
        class Rules:
            def run(self, rule):
                eval(rule)
        def create():
            server = web.Application()
            server["rules"] = Rules()
    """
    marked(mine, other_py=theirs)


def test_a_run_of_dots_is_gone_after_pairs_were_taken_out() -> None:
    marked(
        FLASK
        + """
@app.route("/")
def view():
    open("/srv/" + request.args["x"].replace("..", ""))
    open("/srv/" + request.args["y"].replace("../", ""))  # expect: path-traversal
    return ""
"""
    )


CLASSES = {
    "a registry that a decorator fills": """
KNOWN = {}

def known(name):
    def keep(cls):
        KNOWN[name] = cls
        return cls
    return keep

@known("rule")
class Rule:
    def run(self, text):
        eval(text)  # expect: code-injection

@known("size")
class Size:
    def run(self, text):
        return int(text)

@app.route("/")
def view():
    KNOWN["rule"]().run(request.args["x"])
    KNOWN["size"]().run(request.args["y"])
    return ""
""",
    "a registry that a base fills": """
class Base:
    known = {}

    def __init_subclass__(cls, kind="", **rest):
        Base.known[kind] = cls

class Rule(Base, kind="rule"):
    def run(self, text):
        eval(text)  # expect: code-injection

class Size(Base, kind="size"):
    def run(self, text):
        return int(text)

@app.route("/")
def view():
    Base.known["rule"]().run(request.args["x"])
    Base.known["size"]().run(request.args["y"])
    return ""
""",
    "attributes that are made when they are asked for": """
class Rules:
    def __init__(self, data):
        self._data = data

    def __getattr__(self, name):
        return self._data[name]

class Sizes(Rules):
    def __getattr__(self, name):
        return str(int(self._data[name]))

@app.route("/")
def view():
    eval(Rules(request.args).first)  # expect: code-injection
    eval(Sizes(request.args).second)
    return ""
""",
    "descriptors": """
class Text:
    def __get__(self, holder, owner=None):
        return holder._kept

    def __set__(self, holder, value):
        holder._kept = value

class Number(Text):
    def __set__(self, holder, value):
        holder._kept = int(value)

class Rule:
    text = Text()

class Size:
    text = Number()

@app.route("/")
def view():
    rule, size = Rule(), Size()
    rule.text, size.text = request.args["x"], request.args["y"]
    eval(rule.text)  # expect: code-injection
    eval(str(size.text))
    return ""
""",
}


@pytest.mark.parametrize("code", CLASSES.values(), ids=CLASSES)
def test_what_classes_say_of_themselves(code: str) -> None:
    marked(FLASK + code)


MATCHES = {
    "all of it": """
found = re.search("[A-Z]{2,4}-[0-9]{1,6}", request.args["x"])
open("/srv/" + found.group())
open("/srv/" + found[0])
""",
    "a group": """
found = re.search("code=([A-Z]+)", request.args["x"])
open("/srv/" + found.group(1))
open("/srv/" + found.groups()[0])
""",
    "a group of anything": """
found = re.search("code=(.*)", request.args["x"])
open("/srv/" + found.group(1))  # expect: path-traversal
""",
    "every match": """
for found in re.finditer("[A-Z]+", request.args["x"]):
    open("/srv/" + found.group())
for name in re.findall("[A-Z]+", request.args["y"]):
    open("/srv/" + name)
for name in re.findall(".+", request.args["z"]):
    open("/srv/" + name)  # expect: path-traversal
""",
}


@pytest.mark.parametrize("code", MATCHES.values(), ids=MATCHES)
def test_a_piece_of_a_match_is_made_of_what_the_pattern_allows(code: str) -> None:
    marked("import re\nfrom flask import request\n\ndef view():" + code.replace("\n", "\n    "))


def test_each_class_of_service_that_a_constructor_was_given() -> None:
    marked("""
        import os
        from flask import request
        class Quiet:
            def run(self, text): pass
        class Loud:
            def run(self, text): os.system(text)  # expect: command-injection
        class Page:
            def __init__(self, runner):
                self.runner = runner
            def get(self):
                self.runner.run(request.args["x"])
        pages = [Page(Quiet()), Page(Loud())]
    """)


def test_a_function_that_is_handed_functions_is_never_called_too_often() -> None:
    others = "\n".join(f"add('{number}', harmless)" for number in range(40))
    marked(f"""
import os
from flask import request
HANDLERS = {{}}
def add(name, handler):
    HANDLERS[name] = handler
def harmless(text): pass
def harmful(text): os.system(text)  # expect: command-injection
{others}
add("harmful", harmful)
def view():
    HANDLERS["harmful"](request.args["x"])
""")


KEYS = {
    "what was put under it at the start": """
from aiohttp import web
from lxml import etree
routes = web.RouteTableDef()
STAFF = web.AppKey("staff", object)
ROOMS = web.AppKey("rooms", object)

async def begin(app):
    app[STAFF] = etree.parse("staff.xml")
    app[ROOMS] = ["1", "2"]

@routes.get("/")
async def found(request):
    return request.app[STAFF].xpath("//person[@name='%s']" % request.query["name"])  # expect: xpath-injection

@routes.get("/rooms")
async def other(request):
    return request.app[ROOMS].xpath("//person[@name='%s']" % request.query["name"])
""",
    "what its type says": """
import aiohttp
from aiohttp import web
routes = web.RouteTableDef()
CLIENT = web.AppKey("client", aiohttp.ClientSession)
STORE = web.AppKey("store", dict)

@routes.get("/")
async def fetched(request):
    await request.app[CLIENT].get(request.query["url"])  # expect: server-side-request-forgery
    return request.app[STORE].get(request.query["url"])
""",
}


@pytest.mark.parametrize("code", KEYS.values(), ids=KEYS)
def test_a_key_of_an_application_says_what_lies_under_it(code: str) -> None:
    marked(code)
