"""Data that a condition shows to be false, nothing or a constant is harmless there, and only there."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

PAGE = """
from flask import Flask, request
from os import system as run
app = Flask(__name__)
@app.get('/')
def page():
    text = request.args.get('q')
"""
SCRIPT = """
const express = require('express');
const app = express();
app.get('/', (req, res) => {
  let text = req.query.q;
"""


@pytest.mark.parametrize(
    "lines",
    [
        ["if not text:", "    run(text)", "else:", "    run(text)  # expect: command-injection"],
        ["if text:", "    run(text)  # expect: command-injection", "else:", "    run(text)"],
        ["if text is None:", "    run(text)", "else:", "    run(text)  # expect: command-injection"],
        ["if text is not None:", "    run(text)  # expect: command-injection", "else:", "    run(text)"],
        ["if text is None or text == 'none':", "    run(text)"],
        ["if text is None or len(text) > 5:", "    run(text)  # expect: command-injection"],
        ["if request.args and not text:", "    run(text)"],
        ["if not (request.args and text):", "    run(text)  # expect: command-injection"],
        ["run(text) if not text else 0"],
        ["0 if not text else run(text)  # expect: command-injection"],
        ["shown = 1 if text else 2", "run(text)  # expect: command-injection"],
        ["while not text:", "    run(text)", "run(text)  # expect: command-injection"],
        [
            "if not text and (text := request.args['r']):",
            "    run(text)  # expect: command-injection",
        ],
        ["from shlex import quote", "if text:", "    text = quote(text)", "run(text)"],
        ["from shlex import quote", "if not text:", "    text = ''", "run(text)  # expect: command-injection"],
    ],
    ids=lambda lines: " ".join(lines)[:60],
)
def test_what_is_false_or_nothing_is_not_hostile(lines: list[str]) -> None:
    marked(PAGE + "".join(f"    {line}\n" for line in lines))


@pytest.mark.parametrize(
    "lines",
    [
        ["known = text if text in ('a', 'b') else None", "if known is None:"],
        ["known = text if text in ('a', 'b') else ''", "if not known:"],
        ["known = None", "if text in ('a', 'b'):", "    known = text", "if not known:"],
    ],
)
def test_it_is_the_variable_that_is_nothing_and_not_the_data(lines: list[str]) -> None:
    shown = ["    run(text)  # expect: command-injection", "run(known)"]
    marked(PAGE + "".join(f"    {line}\n" for line in [*lines, *shown]))


@pytest.mark.parametrize(
    "lines",
    [
        ["if (!text) return res.send('<b>' + text);", "res.send('<b>' + text); // expect: cross-site-scripting"],
        ["if (text === undefined) res.send('<b>' + text);", "else res.send('<b>' + text); // expect: cross-site-scripting"],
        ["if (text != null) res.send('<b>' + text); // expect: cross-site-scripting", "else res.send('<b>' + text);"],
        ["res.send(text ? 'x' : '<b>' + text);", "res.send('<b>' + text); // expect: cross-site-scripting"],
        ["if (text) text = encodeURIComponent(text);", "res.send('<b>' + text);"],
        ["const known = ['a'].includes(text) ? text : null;", "if (!known) res.send(text); // expect: cross-site-scripting"],
    ],
)
def test_the_same_in_scripts(lines: list[str]) -> None:
    marked(SCRIPT + "".join(f"  {line}\n" for line in lines) + "});\n", "main.js")
