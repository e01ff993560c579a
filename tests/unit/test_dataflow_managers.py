"""Context managers: what they do at the end of a block, and when it raised something."""

from __future__ import annotations

import textwrap

import pytest

from tests.fakes.dataflow import marked

_HEAD = """
import subprocess
from contextlib import contextmanager
from flask import request, session
"""

PROGRAMS = {
    "what is kept at the end": """
        @contextmanager
        def kept():
            state = {}
            yield state
            session["state"] = state  # expect: trust-boundary
        def view():
            with kept() as state:
                state["role"] = request.form["role"]
    """,
    "what is kept before it is changed": """
        @contextmanager
        def kept():
            state = {}
            yield state
            session["state"] = state
        def view():
            with kept() as state:
                state["role"] = "reader"
            state["role"] = request.form["role"]
    """,
    "what is kept although something was raised": """
        @contextmanager
        def kept():
            state = {}
            try:
                yield state
            finally:
                session["state"] = state  # expect: trust-boundary
        def view():
            with kept() as state:
                state["role"] = request.form["role"]
                if state["role"] not in ("reader", "writer"):
                    raise ValueError
    """,
    "what is kept of what was checked": """
        @contextmanager
        def kept():
            state = {}
            try:
                yield state
            finally:
                session["state"] = state
        def view():
            role = request.form["role"]
            with kept() as state:
                if role not in ("reader", "writer"):
                    raise ValueError
                state["role"] = role
                return "kept"
    """,
    "what is kept when the block returns": """
        class Kept:
            def __enter__(self):
                self.state = {}
                return self.state
            def __exit__(self, kind, error, trace):
                session["state"] = self.state  # expect: trust-boundary
        def view():
            with Kept() as state:
                state["role"] = request.form["role"]
                return "kept"
    """,
    "what is kept unless something was raised": """
        class Kept:
            def __enter__(self):
                self.state = {}
                return self.state
            def __exit__(self, kind, error, trace):
                if kind is None:
                    session["state"] = self.state
        def view():
            with Kept() as state:
                state["role"] = request.form["role"]
                if state["role"] not in ("reader", "writer"):
                    raise ValueError
    """,
    "what is done with an error": """
        @contextmanager
        def noted():
            note = {}
            try:
                yield note
            except ValueError:
                subprocess.run("logger " + note["last"], shell=True)  # expect: command-injection
                raise
        def view():
            with noted() as note:
                note["last"] = request.form["line"]
                if not note["last"].isdigit():
                    raise ValueError
    """,
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_shows_what_its_comments_say(program: str) -> None:
    marked(_HEAD + textwrap.dedent(program), "app.py")
