"""An answer of the evidence service counts as far as it speaks of what was asked; else every file is unread."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.evidence.remote.answers import read
from fusion.evidence.remote.parts import Part
from fusion.model import Outcome

PART = Part(files={"a.py": b"x = 1\ny = 2\n", "b.py": b"z\n"}, beside={"lib.py": b"def f(): pass\n"}, own=("lib.py",))
DIGEST = f"sha256:{'0' * 64}"


def hit(path: str = "a.py", line: int = 1, **more: Any) -> dict[str, Any]:
    return {"rule": "R1", "message": "wrong", "location": {"path": path, "line": line, "end_line": line}, **more}


def fix(path: str = "a.py", **more: Any) -> dict[str, Any]:
    edit = {"path": path, "line": 1, "column": 1, "end_line": 1, "end_column": 2, "text": "q"}
    return {"title": "mend", "edits": [edit], **more}


def said(**look: Any) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "tool": "ruff",
        "version": "0.14",
        "rules": DIGEST,
        "isolation": "namespaces",
        "look": {"outcome": "ok", "read": ["a.py", "b.py"], **look},
    }


def told(answer: Any) -> Any:
    return read(json.dumps(answer).encode(), PART, tool="ruff")


def test_a_good_answer_is_taken_as_it_is() -> None:
    look = told(said(read=["a.py"], hits=[hit(), hit("lib.py")], unread=[{"path": "b.py", "reason": "odd"}]))
    assert (look.outcome, look.read, look.version, look.rules, look.isolation) == (
        *(Outcome.OK, ("a.py",), "0.14", DIGEST, "namespaces"),
    )
    assert [item.location.path for item in look.hits] == ["a.py", "lib.py"]
    assert [(item.path, item.reason) for item in look.unread] == [("b.py", "odd")]


LIES: dict[str, Callable[[], Any]] = {
    "no JSON": lambda: "x",
    "more values than an answer has": lambda: [0] * 1_000_001,
    "another version": lambda: said() | {"schema_version": 2},
    "a field more": lambda: said() | {"verdict": "pass"},
    "another tool": lambda: said() | {"tool": "bandit"},
    "a file that was not asked": lambda: said(read=["a.py", "b.py", "c.py"]),
    "a file that was only beside": lambda: said(read=["a.py", "b.py", "lib.py"]),
    "unread elsewhere": lambda: said(unread=[{"path": "/etc/passwd", "reason": "x"}]),
    "unfollowed elsewhere": lambda: said(unfollowed=[{"path": "c.py", "reason": "x"}]),
    "a hit elsewhere": lambda: said(hits=[hit("c.py")]),
    "a hit behind the end": lambda: said(hits=[hit(line=9)]),
    "a hit before the beginning": lambda: said(hits=[hit(line=0)]),
    "a hit on the base": lambda: said(hits=[hit() | {"location": {"path": "a.py", "line": 1, "end_line": 1, "side": "LEFT"}}]),
    "a step elsewhere": lambda: said(
        hits=[hit(trace=[{"location": {"path": "c.py", "line": 1, "end_line": 1}, "code": "", "why": ""}])]
    ),
    "a fix elsewhere": lambda: said(hits=[hit(fix=fix(".github/workflows/ci.yml"))]),
    "cleared elsewhere": lambda: said(cleared=[hit("c.py")]),
    "no outcome": lambda: said(outcome="splendid"),
    "hits of what was skipped": lambda: said(outcome="skipped", read=[], hits=[hit()]),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_lies_counts_for_nothing(lie: str) -> None:
    look = told(LIES[lie]())
    assert look.outcome is Outcome.FAILED
    assert "the evidence service's answer counts for nothing" in look.reason
    assert (look.read, look.hits, look.cleared) == ((), (), ())
    assert {item.path for item in look.unread} == {"a.py", "b.py"}


def test_what_an_answer_passes_over_is_unread_and_the_run_failed() -> None:
    look = told(said(read=["a.py"], hits=[hit()]))
    assert (look.outcome, look.read, len(look.hits)) == (Outcome.FAILED, ("a.py",), 1)
    assert [item.path for item in look.unread] == ["b.py"]
    both = told(said(unread=[{"path": "b.py", "reason": "odd"}]))
    assert (both.read, [item.path for item in both.unread]) == (("a.py",), ["b.py"])


def test_no_answer_makes_a_fix_a_verified_one() -> None:
    (found,) = told(said(hits=[hit(fix=fix(verified=True, patch="--- a", by=["ruff"]))])).hits
    assert (found.fix.verified, found.fix.patch, found.fix.by) == (False, "", ())


def test_what_an_answer_says_is_fit_to_be_shown() -> None:
    answer = said(reason="\x1b[2J\u202eworse\n" + "x" * 5000) | {
        "version": "\x07" + "9" * 900,
        "rules": "rm -rf",
        "isolation": "\x9b31m",
    }
    look = told(answer)
    assert (look.rules, look.isolation) == ("", "31m")
    assert look.reason.startswith("worse ")
    assert len(look.reason) <= 1000
    assert len(look.version) <= 200


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=6),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["tool", "look", "read", "hits", "x"]), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
@settings(max_examples=60)
def test_whatever_comes_every_file_is_accounted_for(answer: Any) -> None:
    look = told({**said(), **answer} if isinstance(answer, dict) else answer)
    assert {*look.read, *(item.path for item in look.unread)} == {"a.py", "b.py"}


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 100_000, b'{"schema_version":' + b"9" * 5000 + b"}"])
def test_bytes_that_are_no_json_count_for_nothing(body: bytes) -> None:
    assert read(body, PART, tool="ruff").outcome is Outcome.FAILED
