"""Python's containers laid over each other, turned, zipped, compared and unpacked: what lies where afterwards."""

from __future__ import annotations

import textwrap

import pytest

from tests.fakes.dataflow import marked

_HEAD = """
import os
import sqlite3
from collections import ChainMap, deque, namedtuple
from flask import Flask, abort, request, session
from itertools import zip_longest
from lxml import etree
app = Flask(__name__)
database = sqlite3.connect("shop.db")
"""

PROGRAMS = {
    "a key that other data may have overlaid": """
        DEFAULTS = {"table": "orders", "limit": "50"}
        def given():
            return {key.lower(): value for key, value in request.args.items()}
        @app.get("/a")
        def theirs():
            options = ChainMap(given(), DEFAULTS)
            statement = "SELECT * FROM %(table)s LIMIT ?" % options
            database.execute(statement, (int(options["limit"]),))  # expect: sql-injection
        @app.get("/b")
        def ours():
            options = ChainMap(DEFAULTS, given())
            database.execute("SELECT * FROM %(table)s LIMIT ?" % options, (int(options["limit"]),))
        @app.get("/c")
        def by_method():
            options = {**DEFAULTS, **given()}
            limit = int(options.get("limit"))
            database.execute(f"SELECT * FROM {options.get('table')} LIMIT {limit}")  # expect: sql-injection
            database.execute(f"SELECT * FROM orders LIMIT {limit}")
        @app.get("/d")
        def spread():
            database.execute("SELECT * FROM {table}".format(**{**DEFAULTS, **given()}))  # expect: sql-injection
            database.execute("SELECT * FROM {table}".format(**{**given(), **DEFAULTS}))
    """,
    "what one path alone gives": """
        class Account:
            def __init__(self, role):
                self.role = role
        def admit(account, form):
            if account is None:
                return None
            return account, form["role"]
        @app.post("/a")
        def first():
            admitted = admit(Account("reader"), request.form)
            keep(*admitted)
        def keep(account, role):
            session["role"] = account.role
        @app.post("/b")
        def second():
            account, role = admit(Account("reader"), request.form)
            session["role"] = role  # expect: trust-boundary
    """,
    "a deque that is turned": """
        def turned(steps):
            found = deque(["id", "name"])
            found.appendleft(request.args["by"])
            found.rotate(steps)
            return found
        @app.get("/a")
        def last():
            os.system("sort " + turned(-1)[0])
            os.system("sort " + turned(2)[0])
        @app.get("/b")
        def first():
            os.system("sort " + turned(3)[0])  # expect: command-injection
            os.system("sort " + turned(len(request.args))[1])  # expect: command-injection
    """,
    "columns of several lengths": """
        NAMES = ("no_network", "resolve_entities")
        def parser(*values, other):
            return etree.XMLParser(**dict(zip_longest(NAMES, values, fillvalue=other)))
        @app.post("/a")
        def strict():
            etree.fromstring(request.data, parser(True, other=False))
        @app.post("/b")
        def lenient():
            etree.fromstring(request.data, parser(True, other=True))  # expect: xml-external-entities
    """,
    "versions that are compared": """
        VERSION = (4, 2)
        @app.post("/a")
        def before():
            old = request.args.get("old") and VERSION < (4, 0)
            etree.fromstring(request.data, etree.XMLParser(resolve_entities=True if old else False))
        @app.post("/b")
        def since():
            old = VERSION >= (4, 0)
            parser = etree.XMLParser(resolve_entities=True if old else False)
            etree.fromstring(request.data, parser)  # expect: xml-external-entities
    """,
    "fields that are replaced": """
        Discount = namedtuple("Discount", "code percent")
        KNOWN = {"SPRING": Discount("SPRING", 10)}
        @app.post("/a")
        def all_of_them():
            match request.get_json():
                case {"code": str(code), **rest} if code in KNOWN:
                    session["discount"] = KNOWN[code]._replace(**rest)._asdict()  # expect: trust-boundary
        @app.post("/b")
        def one():
            session["discount"] = KNOWN["SPRING"]._replace(percent=15)._asdict()
    """,
    "a parameter that is not used": """
        import boto3
        def handler(event, _context):
            os.system("convert " + event["name"])  # expect: command-injection
        def other(_event, _other):
            os.system("convert " + _event["name"])
    """,
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_shows_what_its_comments_say(program: str) -> None:
    marked(_HEAD + textwrap.dedent(program), "app.py")
