"""Implementations that constants choose, and values that go through formats, buffers and queues."""

from __future__ import annotations

import textwrap

import pytest

from tests.fakes.dataflow import marked

_HEAD = """
import hashlib
import io
import os
import subprocess
import yaml
from flask import Flask, Response, request
app = Flask(__name__)
"""

PROGRAMS = {
    "formats that constants fill": """
        class Digests:
            generation = 8
            def old(self, data):
                return getattr(hashlib, "sha%d" % (2 ** (self.generation - 8)))(data)  # expect: weak-hash
            def new(self, data):
                return getattr(hashlib, "sha%d" % (2 ** self.generation))(data)
        def by_method(data):
            hashlib.new("sha{:d}".format(1), data)  # expect: weak-hash
            hashlib.new("sha{:03d}".format(256), data)
        def by_text(data):
            hashlib.new(f"md{5:d}", data)  # expect: weak-hash
    """,
    "a sum that decides": """
        LEVELS = (3, 5, 8)
        def even(data):
            return hashlib.sha256(data) if sum(LEVELS) % 2 == 0 else hashlib.md5(data)
        def odd(data):
            return hashlib.sha256(data) if sum(LEVELS, 1) % 2 == 0 else hashlib.md5(data)  # expect: weak-hash
    """,
    "sequence patterns": """
        DIALECT = "core-1.2"
        def loader():
            match DIALECT.split("-"):
                case ["core", version] if version.startswith("1"):
                    return yaml.SafeLoader
                case _:
                    return yaml.UnsafeLoader
        def other():
            match DIALECT.split("-"):
                case ["core"] | ["yaml", *_]:
                    return yaml.SafeLoader
                case [_, version] if version.startswith("2"):
                    return yaml.SafeLoader
                case _:
                    return yaml.UnsafeLoader
        @app.post("/a")
        def read():
            yaml.load(request.data, Loader=loader())
            yaml.load(request.data, Loader=other())  # expect: unsafe-deserialization
        @app.post("/b")
        def parts():
            match ["run", request.args["x"], "now"]:
                case ["run"]:
                    os.system(request.args["x"])
                case ["run", ("ls" | "df") as program, _]:
                    os.system(program)
                case ["run", *rest, last]:
                    os.system(last)
                    os.system(rest[0])  # expect: command-injection
    """,
    "mapping patterns": """
        def chosen(data):
            match {"hash": "md5", "rounds": 2}:
                case {"hash": "sha256"}:
                    return hashlib.md5(data)
                case {"salt": _}:
                    return hashlib.md5(data)
                case {"hash": name}:
                    return hashlib.new(name, data)  # expect: weak-hash
    """,
    "a path that is decoded after it was checked": """
        from pathlib import Path
        from urllib.parse import unquote
        ROOT = Path("/srv/files").resolve()
        @app.get("/a")
        def before():
            name = unquote(request.args["x"])
            if not (ROOT / name).resolve().is_relative_to(ROOT):
                return ""
            (ROOT / name).unlink()
        @app.get("/b")
        def after():
            name = request.args["x"]
            if not (ROOT / name).resolve().is_relative_to(ROOT):
                return ""
            (ROOT / unquote(name)).unlink()  # expect: path-traversal
        @app.get("/c")
        def listed():
            name = request.args["x"]
            if name not in {"a", "b"}:
                return ""
            (ROOT / unquote(name)).unlink()
    """,
    "texts in memory": """
        from markupsafe import escape
        @app.get("/a")
        def escaped():
            out = io.StringIO()
            out.write("<ul>")
            for name in request.args:
                out.write("<li>" + str(escape(name)) + "</li>")
            out.seek(0)
            return Response(out.read())
        @app.get("/b")
        def plain():
            out = io.StringIO()
            out.write("<p>")
            out.write(request.args["x"])
            return Response(out.getvalue())  # expect: cross-site-scripting
        @app.get("/c")
        def printed():
            out = io.StringIO()
            print("<p>", request.args["x"], file=out)
            return Response(out.getvalue())  # expect: cross-site-scripting
    """,
    "separators of our own": """
        @app.get("/a")
        def words():
            found = []
            for name in request.args.getlist("name"):
                if not name.isalnum():
                    continue
                found.append(name)
            os.system("ls -- " + " ".join(found))
            os.system("ls -- '" + "', '".join(found) + "'")
        @app.get("/b")
        def parts():
            found = []
            for name in request.args.getlist("name"):
                if "/" in name:
                    continue
                found.append(name)
            open("/srv/" + "/".join(found))  # expect: path-traversal
        @app.get("/c")
        def anything():
            os.system("ls -- " + " ".join(request.args.getlist("name")))  # expect: command-injection
    """,
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_shows_what_its_comments_say(program: str) -> None:
    marked(_HEAD + textwrap.dedent(program), "app.py")
