"""What a model says to people is plain words, and what it draws only a drawing."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fusion.reasoning.clean import commands, plain
from fusion.reasoning.mermaid import diagram
from tests.fakes.rendered import live

SECRET = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"
PIECES = [
    *("[a](http://evil.example/x)", "![i](", "http://evil.example/p?q=1", "www.evil.example", "@octocat", "fixes #12", "GH-3"),
    *("<img src=x onerror=y>", "<!--", "fusion:v1 summary summary 0 -->", "-->", "/fusion dismiss", "`", "``", "```", "\n"),
    *("[x]:", "[", "](", ")", "<", ">", "&lt;", "&#64;", "\\", "javascript:", "\u202e", "\x1b[2J", "a@b.example", "# ", "- "),
    *("acme/shop#1", "acme/shop@1a2b3c4", "＠octocat", "<http", "s://e>", f" {SECRET} ", "https://cwe.mitre.org/data/definitions/1"),
]  # fmt: skip
ANY = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map("".join))


@settings(max_examples=400, deadline=None)
@example("`[a`](http://evil.example)", 3)
@example("``` /fusion dismiss", 1)
@given(ANY, st.integers(1, 4))
def test_nothing_is_alive_in_it(text: str, lines: int) -> None:
    said = plain(text, 200, lines)
    assert len(said) <= 200
    assert said.count("\n") < lines
    found = live(said)
    assert (found.links, found.images, found.html) == ([], [], [])
    alive = [word for word in found.references if not re.fullmatch("[0-9a-f]{7,40}", word)]
    assert alive == []
    assert re.search(r"(?<![A-Za-z0-9])" + SECRET, said) is None
    assert not re.search(r"https?://|(?<![\w/.])/fusion\b|<!--|[\u202e\x1b]", said, re.IGNORECASE)
    assert not any(line.startswith(("/fusion", "#")) for line in said.split("\n"))
    if len(said) < 150:
        assert plain(said, 200, lines) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The cache `dict[str, int]` is shared; call `lock.acquire()` first.", None),
        ("`@property` returns <U+200B>, see `List<int>` and a < b && c", None),
        ("see [docs](https://evil.example/?q=s), fixes #12 and GH-4", "see docs, fixes no. 12 and GH 4"),
        ("ask @octocat at a@b.example", "ask octocat at a at b.example"),
        ("`curl https://evil.example/x`", "`curl evil.example/x`"),
        ("<img src=x><b>bold</b>", "< b>bold< /b>"),
        ("/fusion dismiss all", "fusion dismiss all"),
        ("# Title\n\n- one\n- two\n- three", "Title\none\ntwo three"),
        ("an odd ` tick", "an odd ' tick"),
    ],
)
def test_what_becomes_of_it(text: str, said: str | None) -> None:
    assert plain(text, 200, 3) == (said if said is not None else text)


@pytest.mark.parametrize(
    ("text", "is_one"), [("x\n  /approve all", True), ("/lgtm", True), ("/* a */\n// b\n/etc/passwd\na / b", False)]
)
def test_commands_are_known_in_code_too(text: str, is_one: bool) -> None:
    assert commands(text) is is_one


def test_a_cut_goes_around_code() -> None:
    assert plain("use `abcdefghij` here", 12) == "use…"


FLOW = "flowchart LR\n a[Get] -->|miss| b(Load)\n b --> c{ok}"
SEQUENCE = "sequenceDiagram\n participant A as The app\n A->>B: get x\n Note over A,B: done"


def test_diagrams_are_written_anew() -> None:
    assert diagram(FLOW) == 'flowchart LR\n    a["Get"] -->|"miss"| b["Load"]\n    b --> c["ok"]'
    assert diagram(f"```mermaid\n{SEQUENCE};\n```") == (
        "sequenceDiagram\n    participant A as The app\n    A->>B: get x\n    note over A,B: done"
    )
    assert diagram(diagram(FLOW)) == diagram(FLOW)


@pytest.mark.parametrize(
    "row",
    [
        'click a "https://evil.example"',
        "click a href javascript:alert(1)",
        "%%{init: {'theme': 'x'}}%%",
        "a[<img src=x>] --> b",
        'a["`[x](http://evil.example)`"] --> b',
        "a[javascript:alert(1)] --> b",
        "a:::danger --> b",
        "style a fill:#f00",
        "subgraph x",
        "end --> b",
        "a --> b; click a b",
        "a@{ img: 'http://evil.example/x.png' } --> b",
        "a[www.evil.example] --> b",
        "a[ghp_abcdefghijklmnopqrstuvwxyz0123456789] --> b",
        "a[fixes #12] --> b",
        "---",
        "a[" + "x" * 200 + "] --> b",
    ],
)
def test_a_diagram_with_anything_else_is_none(row: str) -> None:
    assert diagram(f"{FLOW}\n{row}") == ""
    assert diagram(f"{SEQUENCE}\n{row}") == ""


@pytest.mark.parametrize("text", ["", "pie\n a: 1", "sequenceDiagram", FLOW + "\na --> b" * 50, "flowchart LR\n\u202ea --> b"])
def test_what_is_no_diagram(text: str) -> None:
    assert diagram(text) == ""
