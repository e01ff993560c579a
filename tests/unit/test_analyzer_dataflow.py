"""The data-flow analyzer: flows and cleared places from its process, files beside the change, base against head."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fusion.dataflow.knowledge.schema import Kind
from fusion.evidence.analyzer import Command, Job, Output, Ready, Unreadable
from fusion.evidence.analyzers.dataflow import Dataflow
from fusion.evidence.catalogue import catalogue, families
from fusion.evidence.collect import collect, surroundings
from fusion.evidence.local import LocalExaminer
from fusion.evidence.sandbox import Sandbox
from fusion.model import Confidence, Contents, Evidence, Outcome, Provenance, Severity, ToolReport
from fusion.policy import Policy
from tests.analyzer_trial import run
from tests.fakes.sides import sides

ROOT = Path(__file__).parents[2]
FAKES = ROOT / "tests" / "fakes"
FAKE = f"import sys; sys.path.insert(0, {str(FAKES)!r}); from analysis import main, analyse; main(analyse=analyse)"


def told_by(words: bool = True) -> Dataflow:
    """The analyzer with the analysis that goes by words, or with the real one."""
    return Dataflow(("-I", "-c", FAKE), (ROOT / "fusion", FAKES)) if words else Dataflow()


async def look(
    head: dict[str, str],
    base: dict[str, str] | None = None,
    *,
    imports: dict[str, str] | None = None,
    words: bool = True,
    policy: Policy | None = None,
    whole_tree: bool = False,
) -> ToolReport:
    encoded = [{path: text.encode() for path, text in (files or {}).items()} for files in (head, base, imports)]
    change, contents = sides(encoded[0], encoded[1] or None, whole_tree=whole_tree)
    contents = Contents(head=contents.head, base=contents.base, imports=encoded[2])
    return await collect(
        told_by(words),
        change=change,
        contents=contents,
        policy=policy or Policy(),
        examiner=LocalExaminer(Sandbox.detect()),
        provenance=Provenance(),
    )


def steps(evidence: Evidence) -> list[tuple[str, int, str]]:
    return [(step.location.path, step.location.line, step.code) for step in evidence.trace]


async def test_a_flow_is_evidence_with_its_trace() -> None:
    report = await look({"app/web.py": "def view():\n    source\n    passes\n    sink\n    harmless\n"})
    assert (report.run.outcome, report.run.reason, report.run.read) == (Outcome.OK, "", ("app/web.py",))
    (item,) = report.evidence
    assert (item.tool, item.rule, item.family, item.cwe) == ("dataflow", "sql-injection", "sql-injection", (89,))
    assert (item.severity, item.confidence) == (Severity.HIGH, Confidence.LIKELY)
    assert (item.location.line, item.symbol, item.snippet) == (4, "view", "    sink")
    assert item.message == "Comes from the request (line 2) reaches `db.execute`: becomes part of the SQL text"
    assert steps(item) == [("app/web.py", 2, "source"), ("app/web.py", 3, "passes"), ("app/web.py", 4, "sink")]
    (cleared,) = report.cleared
    assert (cleared.tool, cleared.family, cleared.cwe) == ("dataflow", "sql-injection", (89,))
    assert (cleared.location.path, cleared.location.line, cleared.reason) == ("app/web.py", 5, "the value is constant")
    assert ToolReport.model_validate_json(report.model_dump_json(exclude_defaults=True)) == report


async def test_unchanged_imported_files_take_part_and_are_not_reported_on() -> None:
    imports = {"app/__init__.py": "", "app/db.py": "import app.log\npasses\nsource\n", "app/log.py": "source\nsink\n"}
    report = await look({"app/web.py": "from app import db\nsink\n"}, imports=imports)
    (item,) = report.evidence
    assert steps(item) == [("app/log.py", 1, "source"), ("app/web.py", 2, "sink")]
    assert "(app/log.py:1)" in item.message
    assert report.run.read == ("app/web.py",)


async def test_a_flaw_that_ends_in_an_unchanged_file_is_told_where_the_change_hands_the_data_over() -> None:
    report = await look({"app/web.py": "source\npasses\n"}, imports={"app/db.py": "import app.web\nsink\n", "app/web2.py": ""})
    assert report.evidence == ()
    report = await look({"a.py": "import b\nimport c\nsink\n", "b.py": "source\n"}, imports={"c.py": "import b\npasses\n"})
    places = {(item.location.path, item.location.line) for item in report.evidence}
    assert places == {("a.py", 3)}
    (item,) = report.evidence
    assert steps(item) == [("b.py", 1, "source"), ("c.py", 2, "passes"), ("a.py", 3, "sink")]


async def test_what_the_base_had_is_known() -> None:
    before = "import app.db\nsink\n"
    report = await look(
        {"app/web.py": before + "sink # again\n"},
        {"app/web.py": before},
        imports={"app/db.py": "source\n", "app/__init__.py": ""},
    )
    assert [item.location.line for item in report.evidence] == [3]
    assert (report.run.hits, report.run.known) == (2, 1)


async def test_the_base_is_looked_at_with_the_other_changed_files_as_they_were() -> None:
    """Base: b.py is clean, so a.py's sink is not known; and b.py has no hit of its own that would bring it in."""
    head, base = {"a.py": "import b\nsink\n", "b.py": "source\n"}, {"a.py": "import b\nsink\n", "b.py": "x\n"}
    report = await look(head, base)
    assert [(item.location.path, item.location.line) for item in report.evidence] == [("a.py", 2)]
    report = await look({**head, "b.py": "source\ny\n"}, {**base, "b.py": "source\n"})
    assert report.evidence == ()
    assert report.run.known == 1


async def test_a_file_that_cannot_be_analysed_is_unread_and_an_imported_one_is_noted() -> None:
    report = await look(
        {"a.py": "import b\nsource\nsink\n", "bad.py": "die\n"}, imports={"b.py": "print 'old'\n", "unused.py": "print 'old'\n"}
    )
    assert [(item.path, item.reason) for item in report.run.unread] == [
        ("bad.py", "could not be analysed: its process was killed by signal SIGKILL")
    ]
    assert report.run.read == ("a.py",)
    assert report.run.reason.startswith("data was not followed through imported files: b.py (line 1 ")
    assert len(report.evidence) == 1


async def test_suppression_comments_are_not_obeyed_and_remembered() -> None:
    report = await look({"a.py": "source\nsink  # nosec\n"})
    (item,) = report.evidence
    assert (item.snippet, item.suppressed) == ("sink  # nosec", "# nosec")
    (item,) = (await look({"a.py": "source\nsink  # noqa: F401\n"})).evidence
    assert item.suppressed == ""


async def test_odd_names_come_back_as_they_are() -> None:
    name = "sub dir/größe $(x).py"
    report = await look({name: "source\nsink\n", "web/tsconfig.json": "{}"}, imports={".fusion-dataflow-0.json": "{}"})
    (item,) = report.evidence
    assert steps(item) == [(name, 1, "source"), (name, 2, "sink")]


async def test_a_whole_tree() -> None:
    files = {f"m{number}.py": "source\nsink\n" for number in range(30)}
    report = await look(files, whole_tree=True)
    assert len(report.evidence) == 30
    assert len(report.run.read) == 30


async def test_the_real_analysis_follows_a_request_into_a_query_across_files() -> None:
    web = (
        "from flask import Flask, request\nfrom app.db import find\napp = Flask(__name__)\n\n"
        "@app.route('/u')\ndef user():\n    name = request.args['name']\n    return str(find(name))\n"
    )
    db = (
        "import sqlite3\n\n\ndef find(name):\n    rows = sqlite3.connect('x.db')\n"
        "    return rows.execute('SELECT * FROM u WHERE n = ' + name)\n"
    )
    report = await look({"app/web.py": web}, imports={"app/db.py": db, "app/__init__.py": ""}, words=False)
    assert report.run.outcome is Outcome.OK, report.run.reason
    (item,) = [item for item in report.evidence if item.family == "sql-injection"]
    assert item.location.path == "app/web.py"
    assert {step.location.path for step in item.trace} == {"app/web.py", "app/db.py"}
    assert re.search(r"in app/db\.py:6", item.message)


async def test_what_has_no_name_in_the_program_is_said_in_words() -> None:
    code = """const app = require("express")();
class Crate { constructor(text) { this.text = text; } }
function merge(target, source) {
  for (const key in source) {
    if (typeof source[key] === "object") merge(target[key], source[key]);
    else target[key] = source[key];
  }
}
app.post("/", (req, res) => {
  merge({}, req.body);
  const name = req.query.name;
  const crate = new Crate(name);
  const parts = [crate.text].map((part) => `<b>${part}</b>`);
  res.send(parts.join(""));
});
"""
    report = await look({"app.js": code}, words=False)
    page = next(item for item in report.evidence if item.rule == "cross-site-scripting")
    whys = [step.why for step in page.trace]
    assert "passed to the constructor as `text`" in whys
    assert "passed to a function as `part`" in whys
    keys = [item for item in report.evidence if item.rule == "prototype-pollution"]
    assert keys
    assert all(" reaches a key of an object: " in item.message for item in keys)


def test_it_wants_code_and_consults_configuration() -> None:
    tool = Dataflow()
    assert all(tool.wants(path, b"") for path in ("a.py", "a.pyw", "a.js", "a.jsx", "a.mjs", "a.cjs", "a.ts", "a.tsx", "a.cts"))
    assert tool.wants("run", b"#!/usr/bin/python3\n")
    assert not any(tool.wants(path, b"") for path in ("a.pyi", "a.d.ts", "a.go", "n.ipynb", "run", "package.json"))
    assert all(tool.consults(path) for path in ("web/tsconfig.json", "package.json", "a.py"))
    assert not tool.consults("README.md")
    assert tool.parse_only


def test_every_kind_has_a_family() -> None:
    table = catalogue("dataflow").table
    assert {kind.value for kind in Kind} == set(table.rules)
    assert {rule.family for rule in table.rules.values()} <= set(families())


def test_what_is_consulted_is_bounded_and_said() -> None:
    side = {f"f{number}.py": b"x" * 10_000_000 for number in range(4)}
    beside, said = surroundings(Dataflow(), {"small.py": b""}, side, {"f0.py"})
    assert sorted(beside) == ["f1.py", "f2.py", "small.py"]
    assert said.startswith("1 files that were not reviewed were not consulted")
    assert surroundings(told_by(), {}, {}, ()) == ({}, "")


def reading(tmp_path: Path, stdout: bytes) -> object:
    job = Job(root=tmp_path, files=("a.py",), executable=Path("python"), rules=tmp_path)
    output = Output(
        command=Command(argv=("python",)), outcome=Outcome.OK, code=0, stdout=stdout, stderr=b"", seconds=0, isolation=""
    )
    return Dataflow().read(job, [output])


GOOD = {"flows": [], "cleared": [], "unread": [], "unfollowed": [], "read": ["a.py"], "cut": 0, "lines": 1}
PLACE = {"path": "a.py", "line": 1, "column": 1, "end_line": 1, "end_column": 2, "why": "x"}
FLOW = {"kind": "k", "severity": "high", "confidence": "likely", "cwe": 1, "callee": "c", "fix": None, "trace": [PLACE]}


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {**GOOD, "flows": None},
        {**GOOD, "flows": [{**FLOW, "trace": [{**PLACE, "line": "1"}]}]},
        {**GOOD, "flows": [{**FLOW, "severity": "awful"}]},
        {**GOOD, "flows": [{**FLOW, "confidence": "sure"}]},
        {**GOOD, "flows": [{**FLOW, "fix": "shell-false"}]},
        {**GOOD, "flows": [{**FLOW, "fix": {"title": "t", "safe": True, "edits": [{"path": "a.py", "text": 1}]}}]},
        {**GOOD, "cleared": [{}]},
        {**GOOD, "cut": -1},
    ],
)
def test_a_garbled_answer_is_unreadable(tmp_path: Path, answer: object) -> None:
    with pytest.raises(Unreadable):
        reading(tmp_path, json.dumps(answer).encode())
    with pytest.raises(Unreadable):
        reading(tmp_path, b"\xff not JSON")


def test_flows_elsewhere_are_dropped_and_files_that_were_forgotten_are_unread(tmp_path: Path) -> None:
    elsewhere = {**FLOW, "trace": [{**PLACE, "path": "../x.py"}]}
    found = reading(tmp_path, json.dumps({**GOOD, "flows": [elsewhere, {**FLOW, "trace": []}], "read": []}).encode())
    assert found.hits == []
    assert [item.path for item in found.unread] == ["a.py"]


async def test_it_is_there_and_reads_its_own_samples() -> None:
    ready = Dataflow().locate()
    assert isinstance(ready, Ready)
    assert ready.version
    trial = await run(Dataflow(), {"a.py": b"import hashlib\nprint(hashlib.md5(b'x').hexdigest())\n"})
    assert trial.look.read == ("a.py",)


async def test_the_real_analysis_clears_only_what_it_knows() -> None:
    text = (
        "import subprocess\n\n\ndef run(name):\n    subprocess.run(f'echo {name}', shell=True)\n"
        "    subprocess.run('uptime ' + '-p', shell=True)\n    subprocess.run('a ' + name if name else 'b', shell=True)\n"
    )
    report = await look({"run.py": text}, words=False)
    assert [(item.location.line, item.family) for item in report.cleared] == [(6, "command-injection")]
