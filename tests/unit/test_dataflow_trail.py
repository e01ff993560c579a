"""Which unchanged files a change leans on, and what is cut."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.dataflow.repository.trail import Trail, imported


def walk(files: Mapping[str, str], changed: Sequence[tuple[str, str]], trail: Trail | None = None) -> tuple[list[str], str]:
    """What a trail asks for of the unchanged files, and its note."""
    names = [name for name in files if name not in {path for path, _ in changed}]
    steps = (trail or Trail()).follow(names, [(path, text.encode()) for path, text in changed])
    asked: list[str] = []
    try:
        wanted = next(steps)
        while True:
            assert not set(wanted) & set(asked), "asked twice"
            assert set(wanted) <= set(names)
            asked += wanted
            wanted = steps.send({path: files[path].encode() for path in wanted})
    except StopIteration as end:
        return asked, end.value


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import a.b as c, d\n", ["a", "a.b", "d"]),
        ("from a import (b as x,  # one\n    c,\n)\n", ["a", "a.b", "a.c"]),
        ("from . import b\nfrom ..c import d\n", [".", ".b", "..c", "..c.d"]),
        ("    from a import *; x\n", ["a"]),
        ("x = 1  # import a\nfromage = 'from a import b'\n", []),
    ],
)
def test_python_names(text: str, names: list[str]) -> None:
    assert list(imported("x.py", text.encode())) == names


def test_javascript_names() -> None:
    text = """import a, { b } from './a'; import "./b"\nexport * from '../c'
    const d = require('d'), e = await import("./e"); import {\n f\n} from\n 'f'; from x"""
    assert list(imported("x.ts", text.encode())) == ["./a", "./b", "../c", "d", "./e", "f"]


def test_imports_are_followed_through_packages_on_both_sides() -> None:
    files = {
        "app/__init__.py": "",
        "app/db/__init__.py": "from app.db.real import run\n",
        "app/db/real.py": "import app.log\n",
        "app/log.py": "",
        "app/old.py": "",
        "app/unrelated.py": "",
        "README.md": "",
    }
    head, base = "from app.db import run\n", "import app.old\n"
    asked, note = walk(files, [("app/web.py", head), ("app/web.py", base)])
    assert asked == ["app/__init__.py", "app/db/__init__.py", "app/old.py", "app/db/real.py", "app/log.py"]
    assert note == ""


def test_configuration_is_asked_for_when_an_import_needs_it() -> None:
    files = {
        "web/tsconfig.json": '{"extends": "../base.json"}',
        "base.json": '{"compilerOptions": {"paths": {"#lib/*": ["./web/lib/*"]}}}',
        "web/lib/query.ts": "import '@shop/money'",
        "packages/money/package.json": '{"name": "@shop/money"}',
        "packages/money/src/index.ts": "",
        "other/package.json": "no json",
    }
    asked, note = walk(files, [("web/src/a.ts", "import { q } from '#lib/query'")])
    assert set(asked) == set(files)
    assert note == ""


def test_a_changed_configuration_counts_as_it_is_at_head() -> None:
    files = {"web/lib/b.ts": "", "web/old/b.ts": "", "web/tsconfig.json": ""}
    config = '{"compilerOptions": {"paths": {"b": ["%s/b.ts"]}}}'
    changed = [("web/tsconfig.json", config % "lib"), ("web/tsconfig.json", config % "old"), ("web/a.ts", "import 'b'")]
    assert walk(files, changed) == (["web/lib/b.ts"], "")


def chain(count: int) -> dict[str, str]:
    return {f"m{number}.py": f"import m{number + 1}\n" for number in range(count)}


@pytest.mark.parametrize(
    ("trail", "asked", "left"),
    [
        (Trail(depth=2), ["m1.py", "m2.py"], "1 file that"),
        (Trail(files=3), ["m1.py", "m2.py", "m3.py"], "1 file that"),
        (Trail(total=22), ["m1.py", "m2.py", "m3.py"], "1 file that"),
        (Trail(file_bytes=5), ["m1.py"], "1 file that"),
    ],
)
def test_what_is_cut_is_said(trail: Trail, asked: list[str], left: str) -> None:
    found, note = walk(chain(9), [("m0.py", "import m1\n")], trail)
    assert found == asked
    assert note.startswith(left)
    assert "was not read to follow data through them" in note


def test_files_that_are_refused_are_counted() -> None:
    steps = Trail().follow(["b.py"], [("a.py", b"import b\n")])
    assert next(steps) == ["b.py"]
    with pytest.raises(StopIteration) as end:
        steps.send({})
    assert end.value.value.startswith("1 file that the change imports")


def test_hostile_text_takes_bounded_time() -> None:
    started = time.process_time()
    for text in (
        "from a import (\n" * 60_000,
        "import " * 140_000,
        "from " * 200_000,
        "import('" * 120_000,
        "import a.b," * 90_000,
    ):
        for path in ("x.py", "x.ts"):
            assert len(imported(path, text.encode())) <= 1_000
    assert time.process_time() - started < 8


@settings(max_examples=100, deadline=None)
@given(st.text("from import(.)a'\"/b\n;,*#", max_size=200))
def test_any_text_ends(text: str) -> None:
    for path in ("x.py", "x.js"):
        walk({"a.py": "", "a/__init__.py": "", "b.ts": text}, [(path, text)])
