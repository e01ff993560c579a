"""What objects begin with and what becomes of it: fields of data classes, tables that are filled later, generators."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

HEAD = """
import random
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import Enum
from itertools import islice

import attr
import requests
from aiohttp import web
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from flask import abort, request, session
from urllib.parse import quote, urljoin
"""

PROGRAMS = {
    "a table that is filled later": """
USERS = {}
def add(name, user):
    USERS[name] = user
def run():
    user = USERS.get(request.args["name"])
    if user is None:
        abort(404)
    subprocess.run(request.args["command"], shell=True)  # expect: command-injection
""",
    "a table in an object of the module": """
class Users:
    def __init__(self):
        self._known = {}
        self.last = None
    def add(self, user):
        self._known[user.name] = self.last = user
    def named(self, name):
        return self._known.get(name)
users = Users()
def run():
    if users.named(request.args["name"]) is None or users.last is None:
        abort(404)
    subprocess.run(request.args["command"], shell=True)  # expect: command-injection
""",
    "a variable that a function assigns": """
runner = None
def begin():
    global runner
    runner = subprocess.run
def run():
    if runner is None:
        return
    subprocess.run(request.args["command"], shell=True)  # expect: command-injection
""",
    "a constant of the module": """
DEBUG = False
def run():
    if DEBUG:
        subprocess.run(request.args["command"], shell=True)
""",
    "a field that a factory makes": """
def number():
    return "%032x" % random.getrandbits(128)
@dataclass
class Key:
    owner: str
    value: str = field(default_factory=number)
KEYS = {}
def issue(owner):
    key = Key(owner)
    KEYS[key.value] = owner  # expect: weak-randomness
""",
    "a field that a factory of another library makes": """
@attr.s
class Invitation:
    owner = attr.ib()
    token = attr.ib(factory=lambda: random.getrandbits(64))  # expect: weak-randomness
def issue(owner):
    return Invitation(owner)
""",
    "fields with their defaults": """
@dataclass
class Policy:
    secure: bool = False
    httponly: bool = True
@dataclass
class Strict(Policy):
    secure: bool = True
def page():
    response = HttpResponse("")
    response.set_cookie("sid", "1", **asdict(Strict()))
    response.set_cookie("sid", "1", **asdict(Policy(True)))
    response.set_cookie("sid", "1", **asdict(Policy()))  # expect: insecure-cookie
    return response
""",
    "a generator without an end": """
def letters() -> Iterator[str]:
    while True:
        yield random.choice("abcdef")
def token():
    token = "".join(islice(letters(), 16))  # expect: weak-randomness
    return token
""",
    "a member of an enumeration": """
class Region(str, Enum):
    NORTH = "north"
    SOUTH = "south"
def weather():
    region = Region(request.args["region"])
    return requests.get("https://%s" % region)
def unsure():
    region = request.args["region"]
    try:
        region = Region(region)
    except ValueError:
        pass
    return requests.get("https://%s" % region)  # expect: server-side-request-forgery
""",
    "an empty text": """
def weather():
    region = request.args["region"]
    return requests.get("https://%s" % (region and "north" or "south"))
def other():
    region = request.args["region"]
    return requests.get("https://%s" % (region and region or "south"))  # expect: server-side-request-forgery
""",
    "one of the candidates": """
def back():
    candidates = request.args.getlist("next")
    if any(url_has_allowed_host_and_scheme(url, {"example.com"}) for url in candidates):
        return HttpResponseRedirect(candidates[0])  # expect: open-redirect
def back_of_all():
    candidates = list(request.args.getlist("next"))
    if all(url_has_allowed_host_and_scheme(url, {"example.com"}) for url in candidates):
        return HttpResponseRedirect(candidates[0])
""",
    "a key of a table with something in it": """
CHOICES = {"theme": {"dark": "night"}, "size": {"1": "wide"}}
def keep():
    for name, value in request.form.items():
        options = CHOICES.get(name, {})
        if value in options:
            session[name] = options[value]
def keep_all():
    for name, value in request.form.items():
        options = CHOICES.get(name, {})
        session[name] = options.get(value)  # expect: trust-boundary
""",
    "an address joined to ours": """
BASE = "https://api.example.com/v1/"
def path():
    requests.get(urljoin(BASE, "items/" + request.args["id"]))
    requests.get(urljoin(BASE, "p-" + quote(request.args["id"], safe="")))
    requests.get(urljoin(BASE, "?q=" + request.args["id"]))
def host():
    requests.get(urljoin(BASE, request.args["id"]))  # expect: server-side-request-forgery
    requests.get(urljoin(BASE, "/" + request.args["id"]))  # expect: server-side-request-forgery
    requests.get(urljoin(BASE, "x" + request.args["id"]))  # expect: server-side-request-forgery
""",
    "a list in the session": """
def put():
    session["cart"].append(request.form["item"])  # expect: trust-boundary
    session.setdefault("cart", []).append(request.form["item"])  # expect: trust-boundary
    session["cart"]["last"] = request.form["item"]  # expect: trust-boundary
def put_number():
    session["cart"].append(int(request.form["item"]))
    session["cart"]["last"] = int(request.form["item"])
""",
    "what a decorator keeps in the request": """
def with_target(handler):
    async def wrapped(request: web.Request):
        request["target"] = request.query["to"]
        request["length"] = len(request.query["to"])
        return await handler(request)
    return wrapped
@with_target
async def jump(request):
    raise web.HTTPFound(request["target"])  # expect: open-redirect
@with_target
async def count(request):
    raise web.HTTPFound("/%s" % request["length"])
""",
    "a list that is as long as it has to be": """
def code():
    parts = []
    while len(parts) < 8:
        parts.append(random.choice("0123456789"))
    token = "".join(parts)  # expect: weak-randomness
    return token
""",
    "a template of which something is known": """
OPTIONS = {"scheme": "https", "host": abort}
def ask():
    url = "{scheme}://{host}/find?".format_map(OPTIONS) + request.args["q"]
    requests.get(url)
def ask_anybody():
    url = "{scheme}://".format_map(OPTIONS) + request.args["q"]
    requests.get(url)  # expect: server-side-request-forgery
""",
}


@pytest.mark.parametrize("body", PROGRAMS.values(), ids=PROGRAMS)
def test_what_objects_begin_with(body: str) -> None:
    marked(HEAD + body)
