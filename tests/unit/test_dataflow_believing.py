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
