"""Fixes are offered only when their witness, run again on the patched copy, has fallen silent."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from fusion.evidence.analyzer import Analyzer, Job, Output, Reading, Ready
from fusion.evidence.analyzers.dataflow import Dataflow
from fusion.evidence.analyzers.ruff import Ruff
from fusion.evidence.collect import collect
from fusion.evidence.examiner import Examiner
from fusion.evidence.local import LocalExaminer
from fusion.evidence.sandbox import Sandbox
from fusion.evidence.verify import verify
from fusion.model import Edit, Evidence, Finding, Fix, Hit, Location, Provenance, Severity, Step
from fusion.policy import Policy
from tests.fakes.analyzers import Absent, Marks
from tests.fakes.sides import sides

HOST = LocalExaminer(Sandbox.detect())


def finding(evidence: Evidence, **fields: object) -> Finding:
    told = {
        "fingerprint": evidence.fingerprint,
        "agent": "security",
        "family": evidence.family,
        "category": evidence.category,
        "title": "A flaw",
        "severity": evidence.severity,
        "confidence": evidence.confidence,
        "location": evidence.location,
        "evidence": (evidence,),
        "fix": evidence.fix,
    }
    return Finding.model_validate(told | fields)


async def findings_of(analyzer: Analyzer, head: dict[str, bytes]) -> list[Finding]:
    change, contents = sides(head)
    report = await collect(analyzer, change=change, contents=contents, policy=Policy(), examiner=HOST, provenance=Provenance())
    return [finding(item) for item in report.evidence]


async def verified(
    findings: Sequence[Finding], head: dict[str, bytes], *analyzers: Analyzer, examiner: Examiner = HOST
) -> tuple[Finding, ...]:
    change, contents = sides(head)
    return await verify(
        findings,
        analyzers={analyzer.name: analyzer for analyzer in analyzers},
        change=change,
        contents=contents,
        policy=Policy(),
        examiner=examiner,
    )


async def both(analyzer: Analyzer, head: dict[str, bytes]) -> tuple[Finding, ...]:
    return await verified(await findings_of(analyzer, head), head, analyzer)


def git_apply(folder: Path, files: dict[str, bytes], patch: str) -> dict[str, bytes]:
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=folder, check=True, input=patch.encode())
    return {path: (folder / path).read_bytes() for path in files}


async def test_a_fix_that_holds_is_offered_as_a_patch(tmp_path: Path) -> None:
    head = {"a.txt": b"one\nx = BAD\nthree\n"}
    (item,) = await both(Marks(mend="good"), head)
    assert item.fix is not None
    assert item.fix.verified
    assert git_apply(tmp_path, head, item.fix.patch) == {"a.txt": b"one\nx = good\nthree\n"}
    assert [evidence.fix for evidence in item.evidence] == [None]


@pytest.mark.parametrize(
    ("mend", "data"),
    [
        ("BAD", b"x = BAD\n"),
        ("BAD BAD\nBAD", b"x = BAD\n"),
        ("UNREAD", b"x = BAD\n"),
        ("CRASH", b"x = BAD\n"),
        ("good", b"x = BAD \xff\n"),
    ],
)
async def test_a_fix_that_does_not_hold_is_dropped(mend: str, data: bytes) -> None:
    (item,) = await both(Marks(mend=mend), {"a.txt": data})
    assert item.fix is None
    assert item.evidence[0].fix is None


async def test_each_fix_of_a_file_is_judged_alone() -> None:
    head = {"a.txt": b"1 = BAD\n2 = BAD\n3 = BAD\n", "b.txt": b"x = BAD\n"}
    found = await both(Marks(mend="good"), head)
    assert all(item.fix is not None and item.fix.verified for item in found)
    assert all(item.fix is not None and item.fix.patch.count("\n+") == 2 for item in found)  # +++ and one line


async def test_equal_lines_are_told_apart() -> None:
    found = await both(Marks(mend="good"), {"a.txt": b"x = BAD\nx = BAD\n"})
    assert [item.fix is not None for item in found] == [True, True]


async def test_fixes_beyond_the_cap_are_dropped_the_gravest_stay() -> None:
    head = {"a.txt": b"".join(b"%d = BAD\n" % number for number in range(7))}
    found = await findings_of(Marks(mend="good"), head)
    found = [
        item.model_copy(update={"severity": Severity.CRITICAL}) if index == 6 else item for index, item in enumerate(found)
    ]
    done = await verified(found, head, Marks(mend="good"))
    assert [item.fix is not None for item in done] == [True, True, True, True, False, False, True]


async def test_order_and_findings_without_a_fix_stay() -> None:
    head = {"a.txt": b"1 = BAD\n2 = BAD\n"}
    first, second = await findings_of(Marks(mend="good"), head)
    bare = second.model_copy(
        update={"fix": None, "evidence": tuple(item.model_copy(update={"fix": None}) for item in second.evidence)}
    )
    done = await verified([bare, first], head, Marks(mend="good"))
    assert [item.fingerprint for item in done] == [second.fingerprint, first.fingerprint]
    assert [item.fix is not None for item in done] == [False, True]


async def test_a_fix_in_the_evidence_counts_and_a_safe_one_comes_first() -> None:
    head = {"a.txt": b"x = BAD\n"}
    (found,) = await findings_of(Marks(mend="good"), head)
    (evidence,) = found.evidence
    assert evidence.fix is not None
    edit = evidence.fix.edits[0].model_copy(update={"text": "safe"})
    safe = evidence.model_copy(update={"fix": Fix(title="safe", edits=(edit,), safe=True)})
    (done,) = await verified([found.model_copy(update={"fix": None, "evidence": (evidence, safe)})], head, Marks(mend="good"))
    assert done.fix is not None
    assert done.fix.title == "safe"


async def test_every_witness_must_fall_silent() -> None:
    head = {"a.txt": b"x = BAD UGLY\n"}
    (found,) = await findings_of(Marks(mend="good"), head)
    other = Marks(name="other")
    (seen,) = await findings_of(other, head)
    both_saw = found.model_copy(update={"evidence": (*found.evidence, *seen.evidence)})
    (done,) = await verified([both_saw], head, Marks(mend="good"), other)
    assert done.fix is not None
    stubborn = _Stubborn(name="other")
    (done,) = await verified([both_saw], head, Marks(mend="good"), stubborn)
    assert done.fix is None


@dataclass(frozen=True)
class _Stubborn(Marks):
    """Sees its flaw whatever the file says."""

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        seen = Marks.read(self, job, outputs)
        place = Location(path=job.files[0], line=1, end_line=1)
        return seen if seen.hits else Reading(hits=[Hit(rule="bad", message="still", location=place)])


@pytest.mark.parametrize("witness", [Absent(name="marks"), Marks(name="elsewhere")])
async def test_without_its_witness_a_fix_is_not_offered(witness: Analyzer) -> None:
    head = {"a.txt": b"x = BAD\n"}
    (done,) = await verified(await findings_of(Marks(mend="good"), head), head, witness)
    assert done.fix is None


async def test_a_witness_that_may_not_run_here_verifies_nothing() -> None:
    head = {"a.txt": b"x = BAD\n"}
    analyzer = Marks(mend="good", parse_only=False)
    found = await findings_of(analyzer, head)
    (done,) = await verified(found, head, analyzer, examiner=LocalExaminer(Sandbox()))
    assert done.fix is None


async def test_python_that_stops_parsing_is_dropped() -> None:
    head = {"a.py": b"x = BAD\n"}
    assert [item.fix for item in await both(Marks(mend="("), head)] == [None]
    assert [item.fix is not None for item in await both(Marks(mend="1"), head)] == [True]


@pytest.mark.parametrize(
    "edit",
    [
        Edit(path="a.txt", line=9, column=1, end_line=9, end_column=2, text="x"),
        Edit(path="a.txt", line=1, column=99, end_line=1, end_column=100, text="x"),
        Edit(path="b.txt", line=1, column=1, end_line=1, end_column=2, text="x"),
        Edit(path="../a.txt", line=1, column=1, end_line=1, end_column=2, text="x"),
    ],
)
async def test_edits_out_of_place_are_dropped(edit: Edit) -> None:
    head = {"a.txt": b"x = BAD\n"}
    (found,) = await findings_of(Marks(mend="good"), head)
    bad = found.model_copy(update={"fix": Fix(title="t", edits=(edit,))})
    assert (await verified([bad], head, Marks(mend="good")))[0].fix is None


async def test_an_edit_that_carries_our_blots_is_dropped() -> None:
    """The tool saw `xxxxx` where the author wrote a directive; that must not be written into the file."""
    head = {"a.py": b"x = BAD  # nosec\n"}
    (found,) = await findings_of(Marks(mend="good"), head)
    whole = Edit(path="a.py", line=1, column=1, end_line=2, end_column=1, text="x = good  # xxxxx\n")
    assert (await verified([found.model_copy(update={"fix": Fix(title="t", edits=(whole,))})], head, Marks()))[0].fix is None
    clean = whole.model_copy(update={"text": "x = good\n"})
    assert (await verified([found.model_copy(update={"fix": Fix(title="t", edits=(clean,))})], head, Marks()))[
        0
    ].fix is not None


async def test_line_ends_of_the_file_are_kept(tmp_path: Path) -> None:
    head = {"a.txt": b"one\r\nx = BAD\r\n"}
    (item,) = await both(Marks(mend="good\nmore"), head)
    assert item.fix is not None
    assert git_apply(tmp_path, head, item.fix.patch) == {"a.txt": b"one\r\nx = good\r\nmore\r\n"}


async def test_a_file_without_a_final_newline(tmp_path: Path) -> None:
    head = {"a.txt": b"one\nx = BAD"}
    (item,) = await both(Marks(mend="good"), head)
    assert item.fix is not None
    assert git_apply(tmp_path, head, item.fix.patch) == {"a.txt": b"one\nx = good"}


async def test_a_real_tool_and_its_real_fix(tmp_path: Path) -> None:
    head = {"src/a.py": b"import os\n\n\ndef f(x):\n    if x is 'a':\n        raise NotImplemented\n    return x\n"}
    done = await both(Ruff(), head)
    mended = [item for item in done if item.fix]
    assert mended, [item.evidence[0].rule for item in done]
    for item in mended:
        assert item.fix is not None
        folder = tmp_path / item.fingerprint[:12]
        folder.mkdir()
        assert git_apply(folder, head, item.fix.patch) != head


async def test_nothing_to_do_starts_nothing() -> None:
    class Never(Marks):
        def commands(self, job: Job) -> Sequence[object]:  # type: ignore[override]
            raise AssertionError("it was started")

    head = {"a.txt": b"x = BAD\n"}
    (found,) = await findings_of(Marks(), head)
    assert await verified([found], head, Never()) == (found,)
    assert await verified([], head, replace(Never(), name="other")) == ()


@dataclass(frozen=True)
class Raising(Marks):
    """Cannot even be looked for."""

    def locate(self) -> Ready:
        raise ZeroDivisionError


async def test_an_analyzer_that_raises_costs_its_fixes_and_nothing_else() -> None:
    head = {"a.txt": b"x = BAD\n"}
    found = await findings_of(Marks(mend="good"), head)
    [left] = await verified(found, head, Raising(mend="good"))
    assert (left.fingerprint, left.fix) == (found[0].fingerprint, None)


PAGES = b"""from flask import Flask, jsonify, request

from shop import orders

app = Flask(__name__)


@app.get("/orders")
def page():
    return jsonify(orders.search(request.args["customer"]))
"""
ORDERS = b"""import sqlite3


def search(customer):
    database = sqlite3.connect("shop.db")
    return database.execute(f"SELECT * FROM orders WHERE customer = '{customer}'").fetchall()
"""
SHOP = {"shop/__init__.py": b"", "shop/pages.py": PAGES, "shop/orders.py": ORDERS}


async def test_a_flow_that_begins_in_another_file_is_mended(tmp_path: Path) -> None:
    (item,) = await both(Dataflow(), SHOP)
    assert item.location.path == "shop/orders.py"
    assert item.evidence[0].trace[0].location.path == "shop/pages.py"
    assert item.fix is not None
    assert item.fix.verified
    mended = git_apply(tmp_path, SHOP, item.fix.patch)
    assert b'execute("SELECT * FROM orders WHERE customer = ?", (customer,))' in mended["shop/orders.py"]
    assert mended["shop/pages.py"] == PAGES


async def test_a_change_that_does_not_bind_what_comes_from_another_file_is_dropped() -> None:
    (found,) = await findings_of(Dataflow(), SHOP)
    same = found.evidence[0].fix
    assert same is not None
    kept = same.edits[0].model_copy(update={"line": 5, "column": 5, "end_line": 5, "end_column": 5, "text": "pass\n    "})
    other = found.model_copy(update={"fix": Fix(title="move it", edits=(kept,))})
    (done,) = await verified([other], SHOP, Dataflow())
    assert done.fix is None


async def test_flows_that_need_each_other_are_judged_alone() -> None:
    """The file where the request is read has a flaw of its own, and both have one flow within the file."""
    more = b"""

@app.get("/log")
def log():
    database = sqlite3.connect("shop.db")
    return jsonify(database.execute("SELECT * FROM log WHERE day = '" + request.args["day"] + "'").fetchall())
"""
    own = b"""

def page():
    database = sqlite3.connect("shop.db")
    database.execute("DELETE FROM orders WHERE id = " + request.form["id"])
"""
    head = {
        "shop/__init__.py": b"",
        "shop/pages.py": b"import sqlite3\n" + PAGES + more,
        "shop/orders.py": b"from flask import request\n" + ORDERS + own,
    }
    found = await both(Dataflow(), head)
    begins = sorted((item.location.path, item.evidence[0].trace[0].location.path) for item in found)
    assert begins == [
        ("shop/orders.py", "shop/orders.py"),
        ("shop/orders.py", "shop/pages.py"),
        ("shop/pages.py", "shop/pages.py"),
    ]
    assert [item.fix is not None for item in found] == [True, True, True]
    assert all(item.fix is not None and item.fix.patch.count("\n+") == 2 for item in found)


@dataclass(frozen=True)
class _Pairs(Marks):
    """Follows files: sees `BAD` in one only while another one that it looks at says `FROM`. Keeps what it was given."""

    seen: list[dict[str, str]] = field(default_factory=list)

    def consults(self, path: str) -> bool:
        return path.endswith(".txt")

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        texts = {job.names[name]: (job.root / name).read_text() for name in job.files}
        self.seen.append(texts)
        reading = Marks.read(self, job, outputs)
        begins = [path for path in job.files if "FROM" in (job.root / path).read_text()]
        hits = [
            hit.model_copy(
                update={
                    "trace": (
                        Step(location=Location(path=begins[0], line=1, end_line=1), code="", why="begins"),
                        Step(location=hit.location, code="", why="ends"),
                    )
                }
            )
            for hit in reading.hits
            if begins and begins != [hit.location.path]
        ]
        return Reading(hits=hits, unread=reading.unread)


async def test_no_layer_patches_what_a_trace_leads_through() -> None:
    head = {"a.txt": b"FROM\n", "b.txt": b"x = BAD\n", "c.txt": b"y = BAD\n"}
    analyzer = _Pairs(mend="good")
    found = await findings_of(analyzer, head)
    assert [item.location.path for item in found] == ["b.txt", "c.txt"]
    analyzer.seen.clear()
    done = await verified(found, head, analyzer)
    assert [item.fix is not None for item in done] == [True, True]
    assert all(set(texts) == set(head) for texts in analyzer.seen)  # the file where it begins is looked at each time
    assert len(analyzer.seen) == 2  # as it is, and one layer: neither stands on the other
    through = (
        found[0]
        .evidence[0]
        .model_copy(
            update={"trace": (*found[0].evidence[0].trace, Step(location=found[1].location, code="", why="on its way"))}
        )
    )
    analyzer.seen.clear()
    done = await verified([found[0].model_copy(update={"evidence": (through,)}), found[1]], head, analyzer)
    assert [item.fix is not None for item in done] == [True, True]
    assert len(analyzer.seen) == 3  # as it is, and each by itself
