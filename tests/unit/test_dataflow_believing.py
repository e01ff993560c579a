"""What is believed on one path and does not hold on another: remembered calls, errors on the way, several things."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

FLASK = """
from flask import Flask, request
app = Flask(__name__)
"""

REMEMBERED = {
    "what a function reads from a module's table": """
TABLE = {"rule": "1"}
def rule():
    return TABLE["rule"]

@app.route("/")
def view():
    eval(rule())
    TABLE["rule"] = request.args["x"]
    eval(rule())  # expect: code-injection
    TABLE["rule"] = "2"
    eval(rule())
    return ""
""",
    "a module's variable": """
RULE = "1"
def rule():
    return RULE

@app.route("/")
def view():
    global RULE
    rule()
    RULE = request.args["x"]
    eval(rule())  # expect: code-injection
    return ""
""",
    "a variable of the function around": """
@app.route("/")
def view():
    found = "1"
    def rule():
        return found
    def same():
        return rule()
    eval(same())
    found = request.args["x"]
    eval(same())  # expect: code-injection
    found = "2"
    eval(same())
    return ""
""",
    "what a function puts elsewhere": """
class Kept:
    rule = "1"

KEPT = Kept()
def fill():
    KEPT.rule = request.args["x"]

def clear():
    KEPT.rule = "1"

@app.route("/")
def view():
    fill()
    clear()
    eval(KEPT.rule)
    fill()
    eval(KEPT.rule)  # expect: code-injection
    return ""
""",
    "a function that was harmless many times": "STATE = {'rule': '1'}\n"
    + "def rule(number):\n    return STATE['rule'] + str(number)\n"
    + "\n@app.route('/')\ndef view():\n"
    + "".join(f"    rule({number})\n" for number in range(30))
    + "    STATE['rule'] = request.args['x']\n    eval(rule(99))  # expect: code-injection\n    return ''\n",
}


@pytest.mark.parametrize("code", REMEMBERED.values(), ids=REMEMBERED)
def test_what_a_call_gave_is_remembered_while_nothing_it_reads_has_changed(code: str) -> None:
    marked(FLASK + code)


ERRORS = {
    "what runs at the end of a block that failed": """
@app.route("/")
def view():
    rule = request.args["x"]
    try:
        rule = str(int(rule))
    finally:
        eval(rule)  # expect: code-injection
    return eval(rule)
""",
    "the same where every error is handled": """
@app.route("/")
def view():
    rule = request.args["x"]
    try:
        rule = str(int(rule))
    except Exception:
        rule = "0"
    finally:
        eval(rule)
    return ""
""",
    "what runs when a block is left": """
@app.route("/")
def view():
    rule = "1"
    try:
        if request.args.get("y"):
            rule = request.args["x"]
            return ""
    finally:
        eval(rule)  # expect: code-injection
    return eval(rule)
""",
    "an error that is suppressed": """
from contextlib import suppress

@app.route("/")
def view():
    rule = request.args["x"]
    with suppress(ValueError):
        int(rule)
        eval(rule)
    eval(rule)  # expect: code-injection
    return ""
""",
    "an error that a manager ends": """
class Quiet:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        return issubclass(kind, ValueError)

class Loud:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        return False

@app.route("/a")
def quiet():
    rule = request.args["x"]
    with Quiet():
        if not rule.isdigit():
            raise ValueError(rule)
    eval(rule)  # expect: code-injection
    return ""

@app.route("/b")
def loud():
    rule = request.args["x"]
    with Loud():
        if not rule.isdigit():
            raise ValueError(rule)
    eval(rule)
    return ""
""",
}


@pytest.mark.parametrize("code", ERRORS.values(), ids=ERRORS)
def test_an_error_leads_past_checks(code: str) -> None:
    marked(FLASK + code)


MANY = {
    "one function of a long table": "".join(f"def rule{number}(text):\n    pass\n\n" for number in range(9))
    + "def evaluated(text):\n    eval(text)  # expect: code-injection\n\n"
    + "RULES = {"
    + "".join(f"{number}: rule{number}, " for number in range(9))
    + "9: evaluated}\n"
    + "\n@app.route('/')\ndef view():\n    RULES[request.args['y']](request.args['x'])\n    return ''\n",
    "the next class in line": """
class Runs:
    def run(self, rule):
        eval(rule)  # expect: code-injection

class Counts:
    def run(self, rule):
        return super().run("1 + " + rule)

class Both(Counts, Runs):
    pass

@app.route("/")
def view():
    Both().run(request.args["x"])
    return ""
""",
    "a class before the one that both descend from": """
class Base:
    def run(self, rule):
        pass

class Counts(Base):
    pass

class Runs(Base):
    def run(self, rule):
        eval(rule)  # expect: code-injection

class Both(Counts, Runs):
    pass

@app.route("/")
def view():
    Both().run(request.args["x"])
    return ""
""",
}


@pytest.mark.parametrize("code", MANY.values(), ids=MANY)
def test_none_of_those_that_may_be_meant_is_forgotten(code: str) -> None:
    marked(FLASK + code)


TAKEN = {
    "the next element": """
@app.route("/")
def view():
    rules = request.args.getlist("x")
    rule = rules.pop()
    if not rule.isdigit():
        return "no"
    eval(rule)
    eval(rules.pop())  # expect: code-injection
    return ""
""",
    "attributes as a table": """
class Rules:
    def __init__(self, **fields):
        self.__dict__.update(fields)

@app.route("/")
def view():
    rules = Rules(first=request.args["x"], second="1")
    eval(rules.second)
    eval(rules.first)  # expect: code-injection
    vars(rules)["third"] = request.args["y"]
    eval(rules.third)  # expect: code-injection
    return ""
""",
    "attributes whose names are not known": """
from types import SimpleNamespace

class Rules:
    first = "1"

@app.route("/")
def view():
    rules = Rules()
    for name, text in request.args.items():
        setattr(rules, name, text)
    eval(rules.second)  # expect: code-injection
    eval(SimpleNamespace(rule="1", other=request.args["x"]).rule)
    eval(SimpleNamespace(rule=request.args["x"]).rule)  # expect: code-injection
    return ""
""",
    "a sorted list": """
import bisect
import heapq

@app.route("/")
def view():
    waiting, others = ["1"], ["1"]
    heapq.heappush(waiting, request.args["x"])
    eval(heapq.heappop(waiting))  # expect: code-injection
    bisect.insort(others, request.args["x"])
    eval(others[0])  # expect: code-injection
    eval(sum([["1"], [request.args["x"]]], [])[1])  # expect: code-injection
    return ""
""",
    "what replaces a match": """
import re

TEXTS = {"one": "1"}

@app.route("/")
def view():
    texts = request.args
    eval(re.sub("[a-z]+", lambda match: TEXTS[match.group()], "one + one"))
    eval(re.sub("[a-z]+", lambda match: texts[match.group()], "one + one"))  # expect: code-injection
    return ""
""",
    "what is printed into a text": """
import io

@app.route("/")
def view():
    written = io.StringIO()
    print(int(request.args["y"]), file=written)
    eval(written.getvalue())
    written.write(request.args["x"])
    eval(written.getvalue())  # expect: code-injection
    return ""
""",
    "threads": """
import threading

class Runs(threading.Thread):
    def __init__(self, rule):
        super().__init__()
        self.rule = rule

    def run(self):
        eval(self.rule)  # expect: code-injection

def run(rule):
    eval(rule)  # expect: code-injection

@app.route("/")
def view():
    Runs(request.args["x"]).start()
    threading.Thread(target=run, kwargs={"rule": request.args["x"]}).start()
    return ""
""",
    "a function that counts down": """
def run(rule, turns):
    if turns == 0:
        eval(rule)  # expect: code-injection
    else:
        run(rule, turns - 1)

@app.route("/")
def view():
    run(request.args["x"], 9)
    return ""
""",
}


@pytest.mark.parametrize("code", TAKEN.values(), ids=TAKEN)
def test_hostile_data_is_not_lost_on_the_way(code: str) -> None:
    marked(FLASK + code)
