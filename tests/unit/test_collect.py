"""Collecting: which files, what is new, how each failure shows on the receipt. Real processes in the real sandbox."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fusion.evidence.analyzer import Analyzer
from fusion.evidence.collect import collect, wanted_files
from fusion.evidence.examiner import Examiner
from fusion.evidence.local import LocalExaminer
from fusion.evidence.new_suppressions import suppression_evidence
from fusion.evidence.sandbox import Sandbox
from fusion.model import (
    Category,
    Change,
    ChangeKind,
    Contents,
    EntryType,
    Outcome,
    Provenance,
    Severity,
    ToolReport,
)
from fusion.policy import Caps, Policy
from tests.fakes.analyzers import CRASHING, FLOODING, GARBLED, HANGING, Absent, Marks, Program
from tests.fakes.sides import sides

HOST = LocalExaminer(Sandbox.detect())
PROVENANCE = Provenance(run="r1", actor="ann")


async def run(
    head: dict[str, bytes],
    base: dict[str, bytes] | None = None,
    *,
    analyzer: Analyzer | None = None,
    policy: Policy | None = None,
    examiner: Examiner = HOST,
    renamed: dict[str, str] | None = None,
    **fields: object,
) -> ToolReport:
    change, contents = sides(head, base, renamed=renamed, **fields)
    return await look(change, contents, analyzer=analyzer, policy=policy, examiner=examiner)


async def look(
    change: Change,
    contents: Contents,
    *,
    analyzer: Analyzer | None = None,
    policy: Policy | None = None,
    examiner: Examiner = HOST,
) -> ToolReport:
    return await collect(
        analyzer or Marks(),
        change=change,
        contents=contents,
        policy=policy or Policy(),
        examiner=examiner,
        provenance=PROVENANCE,
    )


def places(report: ToolReport) -> list[tuple[str, int]]:
    return [(item.location.path, item.location.line) for item in report.evidence]


async def test_a_hit_becomes_evidence_in_our_words() -> None:
    report = await run({"src/app.py": b"def f():\n    x = 1\n    return BAD\n"})
    (item,) = report.evidence
    assert (item.tool, item.tool_version, item.rule, item.family) == ("marks", "1.0", "bad", "marks:bad")
    assert (item.location.path, item.location.line, item.location.column, item.location.end_column) == ("src/app.py", 3, 12, 15)
    assert (item.snippet, item.symbol) == ("    return BAD", "f")
    assert (len(item.fingerprint), item.provenance.run, item.provenance.tool) == (64, "r1", "marks 1.0")
    assert item.provenance.rules == report.run.rules
    receipt = report.run
    assert (receipt.outcome, receipt.reason, receipt.hits, receipt.known) == (Outcome.OK, "", 1, 0)
    assert receipt.read == ("src/app.py",)
    assert receipt.isolation == HOST.isolation
    assert receipt.rules.startswith("sha256:")
    assert receipt.seconds > 0


async def test_what_the_base_had_is_known_not_new() -> None:
    base = {"a.py": b"old = BAD\nx\n"}
    report = await run({"a.py": b"inserted\nold = BAD\nx\nfresh = BAD\n"}, base)
    assert places(report) == [("a.py", 4)]
    assert (report.run.hits, report.run.known) == (2, 1)


async def test_one_more_of_the_same_line_is_new() -> None:
    report = await run({"a.py": b"x = BAD\nx = BAD\n"}, {"a.py": b"x = BAD\n"})
    assert len(report.evidence) == 1


async def test_a_renamed_file_keeps_what_is_known() -> None:
    report = await run({"new.py": b"x = BAD\ny = BAD\n"}, {"old.py": b"x = BAD\n"}, renamed={"new.py": "old.py"})
    assert places(report) == [("new.py", 2)]


@pytest.mark.parametrize(
    ("head", "base"),
    [
        ({"a.py": b"def f():\n    pass\ndef g():\n    x = BAD\n"}, {"a.py": b"def f():\n    x = BAD\ndef g():\n    pass\n"}),
        ({"a.py": b"def renamed():\n    x = BAD\n"}, {"a.py": b"def original():\n    x = BAD\n"}),
        ({"a.py": b"pass\n", "b.py": b"x = BAD\n"}, {"a.py": b"x = BAD\npass\n", "b.py": b"\n"}),
        ({"b.py": b"x = BAD\n"}, {"a.py": b"  x = BAD\n"}),
    ],
)
async def test_moved_code_is_not_a_finding(head: dict[str, bytes], base: dict[str, bytes]) -> None:
    report = await run(head, base)
    assert places(report) == []
    assert report.run.known == 1


async def test_copied_code_is() -> None:
    report = await run({"a.py": b"x = BAD\ny\n", "b.py": b"x = BAD\n"}, {"a.py": b"x = BAD\n"})
    assert places(report) == [("b.py", 1)]


async def test_the_base_is_not_looked_at_without_hits() -> None:
    """The tool would fail on the base, and the receipt would say so."""
    report = await run({"a.py": b"fine\n"}, {"a.py": b"CRASH\n"})
    assert (report.run.outcome, report.run.reason) == (Outcome.OK, "")


async def test_a_base_that_cannot_be_analysed_leaves_the_added_lines() -> None:
    report = await run({"a.py": b"x = BAD\nx\ny\nz\nnew = BAD\n"}, {"a.py": b"x = BAD\nx\ny\nz\nCRASH\n"})
    assert places(report) == [("a.py", 5)]
    assert report.run.outcome is Outcome.OK
    assert report.run.reason.startswith("the base could not be analysed (ended with exit code 1: cannot go on")
    assert report.run.reason.endswith("only hits on added lines count as new there")


async def test_a_base_the_tool_refuses_counts_as_not_analysed() -> None:
    report = await run({"a.py": b"x = BAD\nnew = BAD\n"}, {"a.py": b"x = BAD\nUNREAD\n"})
    assert places(report) == [("a.py", 2)]
    assert "refused" in report.run.reason


async def test_a_base_that_is_not_at_hand_leaves_the_added_lines() -> None:
    change, contents = sides({"a.py": b"x = BAD\nnew = BAD\n"}, {"a.py": b"x = BAD\n"})
    report = await look(change, Contents(head=contents.head))
    assert places(report) == [("a.py", 2)]
    assert "only hits on added lines count as new" in report.run.reason


async def test_in_a_whole_tree_everything_is_new() -> None:
    report = await run({"a.py": b"x = BAD\n"}, {"a.py": b"x = BAD\n"}, whole_tree=True)
    assert places(report) == [("a.py", 1)]


@pytest.mark.parametrize(
    ("analyzer", "outcome", "reason"),
    [
        (CRASHING, Outcome.FAILED, "killed by signal SIGABRT"),
        (HANGING, Outcome.TIMED_OUT, "stopped after 1 s"),
        (GARBLED, Outcome.FAILED, "marks printed a line that is not a hit"),
        (replace(FLOODING, timeout=30.0), Outcome.CUT, "wrote more than 64 MiB of output and was stopped"),
        (Program(name="gone", code="import sys; sys.exit(9)"), Outcome.FAILED, "ended with exit code 9"),
        (
            Program(name="binary", code=r"import sys; sys.stdout.buffer.write(b'\xff\xfe')"),
            Outcome.FAILED,
            "UnicodeDecodeError",
        ),
    ],
)
async def test_misbehaviour_is_an_outcome(analyzer: Program, outcome: Outcome, reason: str) -> None:
    report = await run({"a.py": b"x = BAD\n"}, analyzer=analyzer)
    assert report.run.outcome is outcome
    assert reason in report.run.reason
    assert report.evidence == ()
    assert report.run.read == ()
    assert [item.path for item in report.run.unread] == ["a.py"]


async def test_a_file_that_breaks_the_tool_does_not_hide_the_others() -> None:
    head = {f"f{number}.py": b"x = BAD\n" for number in range(6)} | {"poison.py": b"CRASH\nx = BAD\n"}
    report = await run(head)
    assert report.run.outcome is Outcome.FAILED
    assert {path for path, _ in places(report)} == set(head) - {"poison.py"}
    assert [item.path for item in report.run.unread] == ["poison.py"]
    assert report.run.reason == "ended with exit code 1: cannot go on (on poison.py; the other files were read)"


async def test_a_file_that_takes_all_the_time_does_not_hide_the_others() -> None:
    head = {f"f{number}.py": b"x = BAD\n" for number in range(6)} | {"f2.py": b"HANG\nx = BAD\n"}
    report = await run(head, analyzer=Marks(timeout=4.0))
    assert report.run.outcome is Outcome.TIMED_OUT
    assert {path for path, _ in places(report)} == set(head) - {"f2.py"}
    assert [item.path for item in report.run.unread] == ["f2.py"]


async def test_policy_shortens_the_time() -> None:
    analyzer = Program(name="slow", timeout=60.0, code="import time; time.sleep(60)")
    report = await run({"a.py": b"x\n"}, analyzer=analyzer, policy=Policy(caps=Caps(tool_seconds=0.5)))
    assert (report.run.outcome, report.run.reason) == (Outcome.TIMED_OUT, "stopped after 0.5 s")


async def test_a_file_the_tool_refuses_is_named() -> None:
    report = await run({"a.py": b"x = BAD\n", "b.py": b"UNREAD\n"})
    assert report.run.outcome is Outcome.OK
    assert [(item.path, item.reason) for item in report.run.unread] == [("b.py", "refused")]
    assert report.run.read == ("a.py",)


@pytest.mark.parametrize("required", [True, False])
async def test_a_tool_that_is_not_installed(required: bool) -> None:
    policy = Policy(required=("absent",) if required else ())
    report = await run({"a.py": b"x\n"}, analyzer=Absent(), policy=policy)
    assert (report.run.outcome, report.run.reason, report.run.required) == (
        Outcome.SKIPPED,
        "absent is not installed",
        required,
    )


async def test_a_tool_that_policy_switches_off() -> None:
    report = await run({"a.py": b"x = BAD\n"}, policy=Policy(analyzers={"marks": False}))
    assert (report.run.outcome, report.run.reason) == (Outcome.SKIPPED, "switched off by policy")


async def test_no_file_of_its_kind_is_no_gap_even_when_required() -> None:
    report = await run({"a.py": b"x\n"}, analyzer=Marks(suffix=".sh"), policy=Policy(required=("marks",)))
    assert (report.run.outcome, report.run.required) == (Outcome.SKIPPED, False)
    assert report.run.reason == "no file of its kind"


async def test_without_a_cut_network_only_parsers_run() -> None:
    open_host = LocalExaminer(Sandbox())
    skipped = await run({"a.py": b"x = BAD\n"}, analyzer=Marks(parse_only=False), examiner=open_host)
    assert skipped.run.outcome is Outcome.SKIPPED
    assert "network cannot be cut off" in skipped.run.reason
    ran = await run({"a.py": b"x = BAD\n"}, examiner=open_host)
    assert (ran.run.outcome, len(ran.evidence)) == (Outcome.OK, 1)
    assert "network not cut off" in ran.run.isolation


def test_selection_of_files() -> None:
    head = {
        "a.py": b"1",
        "vendor/lib.py": b"2",
        "ignored/x.py": b"3",
        "big.py": b"4" * 2000,
        "link.py": b"target",
        "mode.py": b"5",
    }
    change, contents = sides(head)
    kinds = {"link.py": {"entry": EntryType.SYMLINK}, "mode.py": {"kind": ChangeKind.MODE, "hunks": ()}}
    files = tuple(file.model_copy(update=kinds.get(file.path, {})) for file in change.files)
    change = change.model_copy(update={"files": files})
    policy = Policy(ignore=("ignored/",), caps=Caps(file_bytes=1000))
    assert set(wanted_files(Marks(), change, contents, policy)) == {"a.py"}
    assert set(wanted_files(Marks(reads_excluded=True), change, contents, policy)) == {"a.py", "vendor/lib.py"}


async def test_hostile_text_is_tamed() -> None:
    line = "x = 'a\u202eb\x1b[31m\u200b' # BAD" + "y" * 5000
    report = await run({"bad\nname\u202e.py": line.encode()})
    (item,) = report.evidence
    assert item.location.path == "bad\nname\u202e.py"
    assert "\\u202e" in item.snippet
    assert "\\x1b" in item.snippet
    assert item.snippet.isprintable()
    assert len(item.snippet) < 400
    assert item.message.isprintable()
    assert len(item.message) <= 1000


@pytest.mark.parametrize(
    "output",
    [
        "/etc/passwd\\t1\\t1\\troot",
        "../a.py\\t1\\t1\\tx",
        "other.py\\t1\\t1\\tx",
        "a.py\\t900\\t1\\tx",
    ],
)
async def test_hits_elsewhere_do_not_count(output: str) -> None:
    report = await run({"a.py": b"x\n"}, analyzer=Program(code=f"print('{output}')"))
    assert report.evidence == ()
    assert report.run.outcome is Outcome.OK


async def test_a_place_behind_the_end_becomes_the_last_line() -> None:
    report = await run(
        {"a.py": b"x\ny\n"}, analyzer=Program(code=r"print('a.py\t3\t1\tno newline'); print('a.py\t2\t99\tcolumn')")
    )
    assert [(item.location.line, item.location.column) for item in report.evidence] == [(2, None), (2, None)]


async def test_too_many_hits_are_cut_and_said() -> None:
    report = await run({"a.py": b"x = BAD\n" * 2_100})
    assert report.run.outcome is Outcome.CUT
    assert len(report.evidence) == 2_000
    assert report.run.reason == "2,100 new hits; the first 2,000 were kept"


async def test_an_authors_suppression_is_noted_not_obeyed() -> None:
    """`marks` has no directives; under a real tool's name the comment speaks to it."""
    report = await run({"a.py": b"x = BAD  # nosec B602\n"}, analyzer=Marks(name="bandit"))
    (item,) = report.evidence
    assert item.suppressed == ""  # another rule
    report = await run({"a.py": b"x = BAD  # nosec\n"}, analyzer=Marks(name="bandit"))
    assert [item.suppressed for item in report.evidence] == ["# nosec"]


async def test_a_full_disk_is_an_outcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "not there"))
    report = await run({"a.py": b"x = BAD\n"})
    assert report.run.outcome is Outcome.FAILED
    assert report.run.reason.startswith("no scratch copy could be written")


async def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    await run({"a.py": b"x = BAD\n"}, {"a.py": b"x\n"})
    assert list(tmp_path.iterdir()) == []


def suppressions(head: dict[str, bytes], base: dict[str, bytes] | None = None, **fields: object) -> ToolReport:
    change, contents = sides(head, base, **fields)
    return suppression_evidence(change, contents, PROVENANCE)


def test_a_new_suppression_is_evidence() -> None:
    report = suppressions({"a.py": b"x\nrun(y)  # nosec B602\n"}, {"a.py": b"x\nrun(y)\n"})
    (item,) = report.evidence
    assert (item.tool, item.rule, item.family) == ("suppressions", "bandit", "new-suppression")
    assert (item.category, item.severity, item.location.line) == (Category.COMPLIANCE, Severity.MEDIUM, 2)
    assert item.message == "The change silences bandit (B602) here: # nosec B602"
    assert report.run.outcome is Outcome.OK
    assert report.run.read == ("a.py",)


def test_a_style_suppression_weighs_less() -> None:
    (item,) = suppressions({"a.py": b"import os  # noqa\n"}).evidence
    assert (item.severity, item.message) == (Severity.LOW, "The change silences ruff entirely here: # noqa")


def test_a_suppression_of_what_fusion_does_not_say_either_is_for_information() -> None:
    found = suppressions(
        {"a.py": b"import os  # noqa: F401\nx = l  # noqa: E741, S608\n", "a.ts": b"f() // eslint-disable-line my/own\n"}
    )
    assert [(item.location.path, item.location.line, item.severity) for item in found.evidence] == [
        ("a.py", 1, Severity.INFO),
        ("a.py", 2, Severity.LOW),
        ("a.ts", 1, Severity.INFO),
    ]


def test_suppressions_of_one_kind_are_told_once_per_file() -> None:
    report = suppressions(
        {"a.py": b"a  # nosec\nb  # nosec\nc  # nosec B602\nd  # nosec\n", "b.py": b"e  # nosec\nf  # nosec\n"}
    )
    assert [(item.location.path, item.location.line) for item in report.evidence] == [("a.py", 1), ("a.py", 3), ("b.py", 1)]
    assert report.evidence[0].message == "The change silences bandit entirely here, and on 2 more lines of this file: # nosec"
    assert report.evidence[2].message == "The change silences bandit entirely here, and on one more line of this file: # nosec"


@pytest.mark.parametrize(
    ("head", "base"),
    [
        ({"a.py": b"x = 2  # noqa\n"}, {"a.py": b"x = 1  # noqa\n"}),
        ({"a.py": b"x\n", "b.py": b"y  # nosec\n"}, {"a.py": b"y  # nosec\nx\n", "b.py": b""}),
        ({"b.py": b"y  # nosec\n"}, {"a.py": b"y  # nosec\n"}),
        ({"a.py": b"# noqa\n\nnew\n"}, {"a.py": b"# noqa\n"}),
        ({"vendor/a.py": b"x  # noqa\n"}, {}),
    ],
)
def test_a_suppression_that_moved_or_was_there_is_not_new(head: dict[str, bytes], base: dict[str, bytes]) -> None:
    assert suppressions(head, base).evidence == ()


def test_a_whole_tree_has_no_new_suppressions() -> None:
    assert suppressions({"a.py": b"x  # noqa\n"}, whole_tree=True).evidence == ()


def test_a_flood_of_suppressions_is_cut() -> None:
    report = suppressions({f"a{number}.py": b"x  # noqa\n" for number in range(600)})
    assert (report.run.outcome, len(report.evidence)) == (Outcome.CUT, 500)
