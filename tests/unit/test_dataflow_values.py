"""Values in dense code: what decides by being empty, orders, formats, contexts, functions that change roles."""

from __future__ import annotations

import textwrap

import pytest

from fusion.dataflow.repository.project import Project
from fusion.dataflow.solver.analysis import analyse
from tests.fakes.dataflow import marked

_HEAD = """
import os
import random
from flask import Flask, request, session
app = Flask(__name__)
"""

PROGRAMS = {
    "an operand of and that decides is empty": """
        @app.get("/a")
        def kept():
            x = request.args["x"]
            os.system(x and "ls")
        @app.get("/b")
        def last():
            x = request.args["x"]
            os.system("ls" and x)  # expect: command-injection
        @app.get("/c")
        def other():
            x = request.args["x"]
            os.system(x or "ls")  # expect: command-injection
    """,
    "staticmethod around a function that is there already": """
        class Runner:
            run = staticmethod(os.system)
            def go(self):
                self.run(request.args["x"])  # expect: command-injection
        def shout(text):
            os.system(text)  # expect: command-injection
        class Shouter:
            tell = staticmethod(shout)
            def go(self):
                self.tell(request.args["x"])
    """,
    "a size that decides": """
        @app.get("/a")
        def sizes():
            table = {"a": 1}
            os.system(request.args["x"] if len(table) > 1 else "ls")
            table["b"] = 2
            os.system(request.args["x"] if len(table) > 1 else "ls")  # expect: command-injection
        @app.get("/b")
        def perhaps():
            table = {"a": 1}
            if request.args.get("y"):
                table["b"] = 2
            os.system(request.args["x"] if len(table) > 1 else "ls")  # expect: command-injection
            os.system(request.args["x"] if len(table) == 1 else "ls")  # expect: command-injection
    """,
    "an order by a key": """
        PAIRS = [("ls", 1), ("rm", 3), ("df", 2)]
        @app.get("/a")
        def ordered():
            x = request.args["x"]
            last = sorted(PAIRS, key=lambda pair: pair[1])[-1][0]
            os.system(x if last != "rm" else "ls")
            last = sorted(PAIRS, key=lambda pair: pair[1], reverse=True)[-1][0]
            os.system(x if last == "ls" else "ls")  # expect: command-injection
            longest = max(("aaa", "b", "ccc"), key=len)
            os.system(x if longest == "aaa" else "ls")  # expect: command-injection
            os.system(x if min(("aaa", "b", "ccc"), key=len) == "aaa" else "ls")
    """,
    "the signs of a text one by one": """
        GONE = {ord(sign): None for sign in "'[]"}
        QUOTED = {ord(sign): None for sign in "[]"}
        from lxml import etree
        @app.get("/a")
        def translated(tree: etree._ElementTree):
            x = request.args["x"]
            etree.fromstring("<a/>").xpath("//a[b='" + x.translate(GONE) + "']")
            etree.fromstring("<a/>").xpath("//a[b='" + x.translate(QUOTED) + "']")  # expect: xpath-injection
    """,
    "a part of a field in a format": """
        class Job:
            def __init__(self, verb, target):
                self.verb = verb
                self.target = target
        @app.get("/a")
        def formatted():
            job = Job("ls", request.args["x"])
            os.system("{0.verb} -l".format(job))
            os.system("{0.verb} {0.target}".format(job))  # expect: command-injection
            table = {"verb": "ls", "target": request.args["x"]}
            os.system("{t[verb]} -l".format(t=table))
            os.system("{t[target]} -l".format(t=table))  # expect: command-injection
    """,
    "what a context manager does at the end": """
        class Job:
            def __enter__(self):
                self.parts = []
                return self.parts
            def __exit__(self, kind, error, trace):
                os.system(" ".join(self.parts))  # expect: command-injection
        @app.get("/a")
        def ended():
            with Job() as parts:
                parts.append(request.args["x"])
    """,
    "a set whose name says what is in it": """
        @app.get("/a")
        def kept():
            digits = "".join(str(random.randint(0, 9)) for _ in range(8))
            app.config["codes"].add(digits)  # expect: weak-randomness
            app.config["waves"].add(digits)
    """,
}

KEPT = {
    "a key that is stored after data under any key": """
        @app.get("/a")
        def after():
            table = dict(request.form)
            table["verb"] = "ls"
            os.system(table["verb"])
            os.system(table["other"])  # expect: command-injection
            os.system({**request.form, "verb": "ls"}["verb"])
            os.system({"verb": "ls", **request.form}["verb"])  # expect: command-injection
        @app.get("/b")
        def again():
            table = dict(request.form)
            table["verb"] = "ls"
            table.update(request.args)
            os.system(table["verb"])  # expect: command-injection
        @app.get("/c")
        def perhaps():
            table = dict(request.form)
            if table.get("x"):
                table["verb"] = "ls"
            os.system(table["verb"])  # expect: command-injection
        @app.get("/d")
        def layered():
            from collections import ChainMap
            os.system(ChainMap({"verb": "ls"}, dict(request.form))["verb"])
            os.system(ChainMap(dict(request.form), {"verb": "ls"})["verb"])  # expect: command-injection
    """,
    "settings as numbers and truths, with the defaults of all sections": """
        import configparser
        CONF = configparser.ConfigParser()
        CONF.read_string("[DEFAULT]\\nsecure = off\\n[a]\\nsecure = on\\n[b]\\npath = /\\n")
        @app.get("/a")
        def sections(response):
            x = request.args["x"]
            os.system("ls" if CONF["a"].getboolean("secure") else x)
            os.system("ls" if CONF["b"].getboolean("secure") else x)  # expect: command-injection
            os.system("ls" if CONF.getboolean("a", "secure") else x)
            os.system("ls" if CONF.getboolean("b", "secure") else x)  # expect: command-injection
    """,
    "templates of the standard library": """
        from string import Template
        COMMAND = Template("$verb -l ${target}")
        @app.get("/a")
        def filled():
            os.system(COMMAND.substitute(verb="ls", target="x", other=request.args["x"]))
            os.system(COMMAND.substitute({"verb": "ls"}, target=request.args["x"]))  # expect: command-injection
            os.system(COMMAND.safe_substitute({"verb": "ls", "target": int(request.args["x"])}))
    """,
    "queues": """
        from queue import LifoQueue, Queue
        @app.get("/a")
        def queued():
            waiting = Queue()
            waiting.put("ls")
            waiting.put(request.args["x"])
            os.system(waiting.get())
            os.system(waiting.get())  # expect: command-injection
        @app.get("/b")
        def stacked():
            waiting = LifoQueue()
            waiting.put("ls")
            waiting.put(request.args["x"])
            os.system(waiting.get())  # expect: command-injection
            os.system(waiting.get())
    """,
    "iterators": """
        from itertools import islice
        @app.get("/a")
        def taken():
            x = request.args["x"]
            turns = iter(["ls", x, "df"])
            os.system(next(turns))
            os.system(next(turns))  # expect: command-injection
            os.system(next(turns))
            os.system(next(turns, "ls"))
            os.system(next(turns, x))  # expect: command-injection
        @app.get("/b")
        def sliced():
            x = request.args["x"]
            os.system(" ".join(islice(["ls", "-l", x], 2)))
            os.system(" ".join(islice(["ls", "-l", x], 1, 3)))  # expect: command-injection
        @app.get("/c")
        def left():
            turns = iter([request.args["x"], "ls"])
            next(turns)
            os.system(" ".join(turns))
            for turn in iter([request.args["x"], "ls"]):
                os.system(turn)  # expect: command-injection
    """,
    "an address whose host is replaced": """
        from flask import redirect
        from urllib.parse import urlsplit, urlunsplit
        @app.get("/a")
        def sent():
            parts = urlsplit(request.args["x"])
            return redirect(urlunsplit(parts._replace(scheme="https", netloc="shop.example")))
        @app.get("/b")
        def sent_anywhere():
            parts = urlsplit(request.args["x"])
            return redirect(urlunsplit(parts._replace(scheme="https")))  # expect: open-redirect
    """,
}


@pytest.mark.parametrize("body", [*PROGRAMS.values(), *KEPT.values()], ids=[*PROGRAMS, *KEPT])
def test_values_are_followed_through(body: str) -> None:
    marked(_HEAD + textwrap.dedent(body))


@pytest.mark.parametrize("kept", ["Plain", "Worker"])
def test_a_handler_runs_on_an_object_of_the_class_that_was_made(kept: str) -> None:
    marked(
        f"""
        import pickle
        import pika
        class Worker:
            def decode(self, body):
                return pickle.loads(body)  {"# expect: unsafe-deserialization" if kept == "Worker" else ""}
            def on_message(self, channel, method, properties, body):
                return self.decode(body)
        class Plain(Worker):
            def decode(self, body):
                return body.decode()
        def main(channel):
            connection = pika.BlockingConnection(pika.ConnectionParameters("queue"))
            connection.channel().basic_consume("jobs", on_message_callback={kept}().on_message)
        """
    )


def test_a_name_is_of_the_framework_that_its_file_imports() -> None:
    files = {
        "pages.py": """
            from flask import request
            def init(app):
                @app.route("/")
                def page():
                    return "<p>" + request.args["x"]
            """,
        "api.py": """
            from fastapi import FastAPI
            app = FastAPI()
            @app.get("/")
            def page(x: str):
                return x
            """,
    }
    project = Project(lambda path: textwrap.dedent(files[path]).encode() if path in files else None, [*files])
    analysis = analyse(project, [*files])
    assert [(flow.sink.path, flow.sink.span.line) for flow in analysis.flows] == [("pages.py", 6)]


def test_a_key_is_only_sure_until_something_is_stored_under_any() -> None:
    marked("""
        import os
        from flask import request

        def view(key, other):
            name = request.args["name"]
            kept = {}
            kept[key] = name
            kept["command"] = "ls"
            os.system(kept["command"])
            kept[other] = name
            os.system(kept["command"])  # expect: command-injection
    """)


def test_copies_of_the_variables_of_a_request() -> None:
    marked("""
        import os
        from django.http import HttpRequest

        def view(request: HttpRequest):
            os.system({**request.META}["HTTP_X_NAME"])  # expect: command-injection
            os.system(request.META.copy()["HTTP_X_NAME"])  # expect: command-injection
            os.system(request.META.setdefault("HTTP_X_NAME", ""))  # expect: command-injection
            os.system(request.META.get("SHOP_FOLDER", "ls"))
    """)
