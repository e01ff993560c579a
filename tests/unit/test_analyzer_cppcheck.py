from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fusion.evidence.analyzer import Job, Output, Unreadable
from fusion.evidence.analyzers.cppcheck import Cppcheck, is_cpp
from fusion.evidence.catalogue import RULES
from fusion.model import Outcome, Severity
from tests.analyzer_trial import run

PLANTED = b"""\
#include <stdlib.h>
#include <string.h>
int f(int n) {
  char name[10];
  int unset;
  char *block = malloc(10);
  name[10] = 0;
  if (!block) return unset;
  free(block);
  block[0] = 1;
  int *nothing = 0;
  *nothing = 1;
  strcpy(name, "longer than the buffer");
  char *lost = malloc(n);
  return n;
}
"""
INNOCENT = b"""\
#include <stdio.h>
#include <stdlib.h>
int f(int n) {
  char name[10];
  int set = n;
  char *block = malloc(10);
  if (!block) return set;
  name[9] = 0;
  block[0] = 1;
  free(block);
  int one = 0;
  int *place = &one;
  *place = 1;
  snprintf(name, sizeof name, "%d", n);
  return name[0] + one;
}
"""
CPP = b"""\
#include <vector>
int first(std::vector<int> v) { v.clear(); auto it = v.begin(); v.push_back(1); return *it; }
class Owner { public: Owner() { p = new int[3]; } ~Owner() { delete p; } private: int *p; };
"""


async def test_planted_defects_are_found_at_their_lines() -> None:
    trial = await run(Cppcheck(), {"a.c": PLANTED})
    assert trial.lines("arrayIndexOutOfBounds") == [("a.c", 7)]
    assert trial.lines("uninitvar") == [("a.c", 8)]
    assert trial.lines("deallocuse") == [("a.c", 10)]
    assert trial.lines("nullPointer") == [("a.c", 12)]
    assert trial.lines("bufferAccessOutOfBounds") == [("a.c", 13)]
    assert trial.lines("memleak") == [("a.c", 15)]
    for rule in ("arrayIndexOutOfBounds", "uninitvar", "deallocuse", "nullPointer"):
        assert trial.one(rule)[1].severity is Severity.HIGH


async def test_a_trace_leads_from_the_value_to_its_use() -> None:
    hit, _ = (await run(Cppcheck(), {"src/a.c": PLANTED})).one("nullPointer")
    assert [(step.location.path, step.location.line) for step in hit.trace] == [("src/a.c", 11), ("src/a.c", 12)]
    assert [step.code for step in hit.trace] == ["int *nothing = 0;", "*nothing = 1;"]


async def test_innocent_twin_is_silent() -> None:
    trial = await run(Cppcheck(), {"a.c": INNOCENT})
    assert not trial.hits
    assert not trial.unread


async def test_cpp_in_sources_and_in_headers_without_a_telling_suffix() -> None:
    trial = await run(Cppcheck(), {"a.cpp": CPP, "b.h": CPP, "a.c": PLANTED})
    assert not trial.unread
    assert trial.lines("mismatchAllocDealloc") == [("a.cpp", 3), ("b.h", 3)]
    assert "invalidContainer" in trial.rules("a.cpp")
    assert "nullPointer" in trial.rules("a.c")


async def test_a_header_that_comes_in_through_an_include_is_told_once() -> None:
    header = b"static int g(void) { int a[2] = {0, 0}; return a[2]; }\n"
    trial = await run(Cppcheck(), {"g.h": header, "a.c": b'#include "g.h"\nint h(void) { return g(); }\n'})
    assert trial.lines("arrayIndexOutOfBounds") == [("g.h", 1)]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"int f( {\n", "cannot parse it (line 1)"),
        (b"#if\nint x;\n", "cannot parse it (line 1)"),
        (b"#error always\nint x;\n", "an #error stops every configuration (line 1)"),
        (b"int x;\nint f(void) { BEGIN_WORK return 0; }\n", "BEGIN_WORK (line 2)"),
        ("int é(void) { return 0; }\n".encode(), "cppcheck"),
    ],
)
async def test_what_cppcheck_gives_up_on_is_unread_and_hides_nothing_else(data: bytes, why: str) -> None:
    trial = await run(Cppcheck(), {"bad.c": data, "a.c": PLANTED})
    assert trial.unread.keys() == {"bad.c"}
    assert why in trial.unread["bad.c"]
    assert "nullPointer" in trial.rules("a.c")


async def test_one_valid_configuration_is_enough() -> None:
    data = b"#ifdef A\nint f(void) { int a[2]; a[2] = 0; return 0; }\n#else\n#error need A\n#endif\n"
    trial = await run(Cppcheck(), {"a.c": data})
    assert trial.lines("arrayIndexOutOfBounds") == [("a.c", 2)]
    assert not trial.unread


async def test_an_include_that_leads_outside_shows_nothing_of_what_is_there() -> None:
    data = b'#include "/etc/passwd"\nint f(void) { int a[2]; a[2] = 0; return 0; }\n'
    trial = await run(Cppcheck(), {"a.c": data, "b.c": PLANTED})
    said = " ".join([*trial.unread.values(), *(hit.message for hit, _ in trial.hits)])
    assert "root:" not in said
    assert "passwd" not in said
    assert "nullPointer" in trial.rules("b.c")


@pytest.mark.parametrize("change", [lambda data: data.replace(b"\n", b"\r\n"), lambda data: b"\xef\xbb\xbf" + data])
async def test_line_ends_and_byte_order_marks_change_no_line(change) -> None:  # type: ignore[no-untyped-def]
    plain = await run(Cppcheck(), {"a.c": PLANTED})
    changed = await run(Cppcheck(), {"a.c": change(PLANTED)})
    assert {(hit.rule, hit.location.line) for hit, _ in plain.hits} == {
        (hit.rule, hit.location.line) for hit, _ in changed.hits
    }


async def test_bytes_that_are_not_utf8() -> None:
    data = b'int g(void) { const char *s = "\xff\xfe"; int a[2] = {0, *s}; return a[2]; }\n'
    assert (await run(Cppcheck(), {"a.c": data})).lines("arrayIndexOutOfBounds") == [("a.c", 1)]


async def test_columns_count_code_points() -> None:
    text = 'int g(void) { const char *s = "é漢😀"; int a[2] = {0, *s}; return a[2]; }\n'
    hit, _ = (await run(Cppcheck(), {"a.c": text.encode()})).one("arrayIndexOutOfBounds")
    assert hit.location.column == text.index("a[2];") + 2


@pytest.mark.parametrize("name", ["-x.c", "we ird é.c", "new\nline.c", "quo\"te'.c", "--project=x.c"])
async def test_odd_names(name: str) -> None:
    assert (await run(Cppcheck(), {name: PLANTED})).lines("nullPointer") == [(name, 12)]


async def test_five_megabytes_on_one_line() -> None:
    data = b'char *a = "' + b"a" * 5_000_000 + b'";\nint g(void) { int b[2] = {0, 0}; return b[2]; }'
    assert (await run(Cppcheck(), {"a.c": data})).lines("arrayIndexOutOfBounds") == [("a.c", 2)]


@pytest.mark.parametrize(
    ("path", "data", "cpp"),
    [
        ("a.c", b"class X {};", False),
        ("a.cc", b"int x;", True),
        ("a.HPP", b"int x;", True),
        ("a.h", b"int x;", False),
        ("a.h", b"class X {\n};", True),
        ("a.h", b"namespace a {\n}", True),
        ("a.h", b"  template <class T> T f();", True),
        ("a.h", b"std::string f();", True),
        ("a.h", b"#include <vector>\n", True),
        ("a.h", b"/* a class of things\n * namespace x { */\nint x;", False),
        ("a.h", b'#ifdef __cplusplus\nextern "C" {\n#endif\nint x;\n', False),
        ("a.h", b"#if defined(__cplusplus)\nclass X {};\n#endif\n", False),
    ],
)
def test_language(path: str, data: bytes, cpp: bool) -> None:
    assert is_cpp(path, data) is cpp


def test_wants() -> None:
    wants = Cppcheck().wants
    assert wants("a.C", b"int x;")
    assert wants("a.hxx", b"int x;")
    assert not wants("a.c", b" \n")
    assert not wants("a.go", b"package x")
    assert not Cppcheck.parse_only


@pytest.mark.parametrize(
    "stderr",
    [
        b"",
        b"Segmentation fault",
        b"<?xml version='1.0'?><results><errors><error id='x'",
        b"<?xml version='1.0'?><results><error id='nullPointer' severity='error'>"
        b"<location file='a.c' line='x'/></error></results>",
    ],
)
def test_garbage_is_unreadable(tmp_path: Path, stderr: bytes) -> None:
    (tmp_path / "a.c").write_bytes(PLANTED)
    job = Job(root=tmp_path, files=("a.c",), executable=Path("/bin/true"), rules=tmp_path)
    (command,) = Cppcheck().commands(job)
    output = Output(command=command, outcome=Outcome.OK, code=0, stdout=b"", stderr=stderr, seconds=0, isolation="")
    with pytest.raises(Unreadable):
        Cppcheck().read(job, [output])


def test_every_rule_has_a_family() -> None:
    table = tomllib.loads(RULES.joinpath("cppcheck.toml").read_text())
    families = tomllib.loads(RULES.joinpath("families.toml").read_text())
    assert {rule["family"] for rule in table["rules"].values()} <= families.keys()
