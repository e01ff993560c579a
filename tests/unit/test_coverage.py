"""The receipt: what counts as reviewed, what makes a review incomplete, and what is only shown."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from fusion.changes.selection import select
from fusion.judging.coverage import cover
from fusion.model import (
    Change,
    ChangeKind,
    Coverage,
    EntryType,
    FileChange,
    FileCoverage,
    Hunk,
    Outcome,
    Report,
    Side,
    ToolRun,
    Unread,
)
from fusion.policy import Caps, Instruction, Policy
from tests.fakes.judging import blob, change_of, finding_of, report_of, run_of

BOTH = {"app.py": ("a\nb\n", "a\nc\n"), "ui.ts": (None, "x\n")}


def receipt(
    change: Change, runs: Sequence[ToolRun] = (), reports: Sequence[Report] = (), policy: Policy | None = None, **fields: object
) -> Coverage:
    policy = policy or Policy()
    model_used = bool(fields.pop("model_used", True))
    return cover(change, select(change, policy), runs, reports, policy, model_used=model_used)


def files(coverage: Coverage) -> dict[str, FileCoverage]:
    return {file.path: file for file in coverage.files}


def of(*entries: FileChange, **fields: object) -> Change:
    return Change.model_validate({"repository": "r", "subject": "s", "base": "", "head": "h", "files": entries, **fields})


def test_a_complete_review() -> None:
    change, _ = change_of(BOTH)
    coverage = receipt(change, [run_of("bandit", "app.py"), run_of("oxlint", "ui.ts"), run_of("ruff", "app.py")])
    assert (coverage.gaps, coverage.notes) == ((), ())
    app = files(coverage)["app.py"]
    assert (app.reviewed, app.wanted, app.reason, app.by) == (True, True, "", ("bandit", "ruff"))
    assert [(hunk.line, hunk.count, hunk.side, hunk.reviewed, hunk.reason) for hunk in app.hunks] == [
        (1, 2, Side.RIGHT, True, "")
    ]


def test_a_hunk_that_only_deletes_is_named_by_its_base_lines() -> None:
    change = of(
        FileChange(
            path="a.py",
            kind=ChangeKind.MODIFIED,
            hunks=(Hunk(old_start=4, old_count=2, new_start=3, new_count=0, body="-x\n-y"),),
        )
    )
    (hunk,) = receipt(change, [run_of("ruff", "a.py")]).files[0].hunks
    assert (hunk.line, hunk.count, hunk.side) == (4, 2, Side.LEFT)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.FAILED, "bandit failed: it crashed."),
        (Outcome.TIMED_OUT, "bandit ran out of time: it crashed."),
        (Outcome.CUT, "bandit was cut short: it crashed."),
    ],
)
def test_a_tool_that_did_not_end_well_is_a_gap(outcome: Outcome, said: str) -> None:
    change, _ = change_of({"app.py": (None, "x\n")})
    coverage = receipt(change, [run_of("ruff", "app.py"), run_of("bandit", outcome=outcome, reason="it crashed")])
    assert coverage.gaps == (said,)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CUT])
def test_an_agent_that_did_not_end_well_is_a_gap(outcome: Outcome) -> None:
    change, _ = change_of({"app.py": (None, "x\n")})
    reports = [report_of(agent="tests", outcome=outcome, reason="no answer.")]
    (gap,) = receipt(change, [run_of("ruff", "app.py")], reports).gaps
    assert gap.startswith("The tests agent ")
    assert gap.endswith("no answer.")


def test_a_tool_that_is_not_installed_is_shown_and_does_not_count() -> None:
    change, _ = change_of({"app.py": (None, "x\n")})
    missing = run_of("opengrep", outcome=Outcome.SKIPPED, reason="not installed")
    coverage = receipt(change, [run_of("ruff", "app.py"), missing])
    assert coverage.gaps == ()
    assert missing in coverage.tools


def test_a_required_tool_that_did_not_run_is_a_gap() -> None:
    change, _ = change_of({"app.py": (None, "x\n")})
    policy = Policy(required=("opengrep", "bandit", "hadolint"))
    runs = [
        run_of("ruff", "app.py"),
        run_of("opengrep", outcome=Outcome.SKIPPED, reason="not installed", required=True),
        # It had nothing to do: that is not a failure to run.
        run_of("hadolint", outcome=Outcome.SKIPPED, reason="no file of its kind"),
    ]
    assert receipt(change, runs, policy=policy).gaps == (
        "The analyzer bandit, which policy requires, did not run: it is not known here or was not asked.",
        "The analyzer opengrep, which policy requires, did not run: not installed.",
    )


def test_a_file_that_one_tool_could_not_read_is_not_reviewed() -> None:
    change, _ = change_of(BOTH)
    unread = (Unread(path="app.py", reason="syntax newer than this Python"),)
    runs = [
        run_of("ruff", "app.py"),
        run_of("oxlint", "ui.ts"),
        run_of("bandit", unread=unread),
        run_of("lizard", unread=unread),
    ]
    coverage = receipt(change, runs)
    app = files(coverage)["app.py"]
    assert (app.reviewed, app.wanted, app.by) == (False, True, ("ruff",))
    assert app.reason == "bandit, lizard: syntax newer than this Python", "each reason once, whoever gives it"
    assert app.hunks[0].reason == app.reason
    assert coverage.gaps == ("1 file was not reviewed: app.py (bandit, lizard: syntax newer than this Python).",)


def test_a_tool_that_read_and_also_failed_on_a_file_did_not_read_it() -> None:
    change, _ = change_of({"app.py": (None, "x\n")})
    runs = [run_of("ruff", "app.py", unread=(Unread(path="app.py", reason="half"),))]
    assert files(receipt(change, runs))["app.py"].by == ()


def test_too_large_is_a_gap_and_generated_is_not() -> None:
    change, _ = change_of({"big.py": (None, "x" * 50 + "\n"), "yarn.lock": (None, "x\n"), "app.py": (None, "x\n")})
    coverage = receipt(change, [run_of("ruff", "app.py")], policy=Policy(caps=Caps(file_bytes=20)))
    assert coverage.gaps == ("1 file was not reviewed: big.py (too large: 51 bytes, the limit is 20 (caps.file_bytes)).",)
    assert not files(coverage)["yarn.lock"].wanted
    assert files(coverage)["yarn.lock"].reason == "generated: a lock file"


def test_a_cut_change_is_a_gap() -> None:
    change, _ = change_of({"app.py": (None, "x\n")}, cut=("3,400 of 9,000 files listed",))
    assert receipt(change, [run_of("ruff", "app.py")]).gaps == (
        "The change was not read in full: 3,400 of 9,000 files listed.",
    )


def test_nothing_reviewed_is_a_gap() -> None:
    change, _ = change_of(BOTH)
    assert "Nothing in this change was reviewed." in receipt(change, [], [report_of(agent="security")]).gaps
    binary = of(FileChange(path="logo.png", kind=ChangeKind.ADDED, binary=True, head=blob(b"x")))
    assert receipt(binary).gaps == ("Nothing in this change was reviewed.",)


def test_policy_may_leave_nothing_to_review() -> None:
    change, _ = change_of({"docs/a.md": (None, "x\n")})
    coverage = receipt(change, policy=Policy(ignore=("docs/**",)))
    assert coverage.gaps == ()
    assert coverage.notes == ("Nothing was reviewed: policy excludes every file, or nothing of it is left to read.",)


def test_an_empty_change_is_complete_and_says_so() -> None:
    assert receipt(of()).notes == ("The change has no files.",)
    assert receipt(of()).gaps == ()


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (FileChange(path="a.py", kind=ChangeKind.DELETED, base=blob(b"x")), "deleted: nothing to read at the head"),
        (FileChange(path="a.sh", kind=ChangeKind.MODE, head=blob(b"x")), "mode only: the contents are as they were"),
        (FileChange(path="l", kind=ChangeKind.ADDED, entry=EntryType.SYMLINK), "symbolic link: it is not followed"),
        (
            FileChange(path="sub", kind=ChangeKind.ADDED, entry=EntryType.SUBMODULE, omitted="submodule"),
            "submodule: the commit it points to lives in another repository",
        ),
        (FileChange(path="logo.png", kind=ChangeKind.ADDED, binary=True), "binary"),
    ],
)
def test_entries_without_text_are_described_and_do_not_count(entry: FileChange, reason: str) -> None:
    other = FileChange(path="app.py", kind=ChangeKind.ADDED, head=blob(b"x"))
    coverage = receipt(of(entry, other), [run_of("ruff", "app.py")])
    described = files(coverage)[entry.path]
    assert (described.reviewed, described.wanted, described.reason) == (False, False, reason)
    assert coverage.gaps == ()


def test_an_agent_that_reads_the_diff_reviews_a_deletion_and_a_lock_file() -> None:
    change, _ = change_of({"old.py": ("x\n", None), "uv.lock": ("x\n", "y\n")})
    coverage = receipt(change, [run_of("secrets", "uv.lock")], [report_of(agent="compliance", read=["old.py", "uv.lock"])])
    assert [file.reviewed for file in coverage.files] == [True, True]
    assert coverage.gaps == ()
    only_secrets = receipt(change, [run_of("secrets", "uv.lock")])
    assert not files(only_secrets)["uv.lock"].reviewed
    assert files(only_secrets)["uv.lock"].by == ("secrets",)


def test_deleting_files_only_is_no_gap() -> None:
    change, _ = change_of({"old.py": ("x\n", None)})
    assert receipt(change).gaps == ()


def test_a_secrets_scan_alone_reviews_text_but_not_code() -> None:
    change, _ = change_of({"Main.kt": (None, "x\n"), "notes.txt": (None, "x\n"), "app.py": (None, "x\n")})
    coverage = receipt(change, [run_of("secrets", "Main.kt", "notes.txt", "app.py"), run_of("ruff", "app.py")])
    assert [file.reviewed for file in coverage.files] == [False, True, True]
    assert files(coverage)["Main.kt"].reason == "no analyzer or agent here reads this kind of file (only secrets looked)"
    assert not files(coverage)["Main.kt"].wanted
    assert coverage.notes == ("No analyzer or agent here reads Main.kt.",)
    alone, _ = change_of({"Main.kt": (None, "x\n")})
    assert receipt(alone, [run_of("secrets", "Main.kt")]).gaps == ("Nothing in this change was reviewed.",)


def test_our_own_list_of_suppressions_reviews_nothing() -> None:
    change, _ = change_of({"app.py": (None, "x\n")})
    assert receipt(change, [run_of("suppressions", "app.py")]).gaps == ("Nothing in this change was reviewed.",)


def test_a_skipped_tool_read_nothing() -> None:
    change, _ = change_of({"app.py": (None, "x\n")})
    assert not files(receipt(change, [run_of("ruff", "app.py", outcome=Outcome.SKIPPED)]))["app.py"].reviewed


def test_the_reader_is_told_that_no_model_reasoned() -> None:
    change, _ = change_of({"app.py": (None, "x\n")})
    policy = Policy(instructions=(Instruction(paths=("**",), text="mind"),))
    assert len(receipt(change, [run_of("ruff", "app.py")], model_used=False).notes) == 1
    assert len(receipt(change, [run_of("ruff", "app.py")], policy=policy, model_used=False).notes) == 2
    assert receipt(change, [run_of("ruff", "app.py")], policy=policy).notes == ()


def test_what_a_tool_that_ran_well_has_to_say_is_a_note_and_no_gap() -> None:
    change, _ = change_of({"app.py": (None, "x\n")})
    coverage = receipt(change, [run_of("dataflow", "app.py", reason="the folder of knowledge is not there")])
    assert coverage.notes == ("dataflow: the folder of knowledge is not there.",)
    assert coverage.gaps == ()


def test_reports_are_on_the_receipt_without_their_findings_and_in_one_order() -> None:
    change, _ = change_of({"app.py": (None, "x\n")})
    reports = [report_of([finding_of()], agent="tests"), report_of([finding_of()], agent="security")]
    runs = [run_of("ruff", "app.py"), run_of("bandit", "app.py")]
    coverage = receipt(change, runs, reports)
    assert [report.agent for report in coverage.agents] == ["security", "tests"]
    assert all(not report.findings for report in coverage.agents)
    assert receipt(change, runs[::-1], reports[::-1]) == coverage


def test_many_gaps_of_one_kind_are_one_sentence() -> None:
    change, _ = change_of({f"f{number}.py": (None, "x\n") for number in range(9)})
    runs = [run_of("ruff", unread=tuple(Unread(path=file.path, reason="no") for file in change.files))]
    assert receipt(change, runs).gaps == (
        "9 files were not reviewed: f0.py, f1.py, f2.py, f3.py, f4.py and 4 more (ruff: no).",
        "Nothing in this change was reviewed.",
    )


def test_ten_thousand_hunks_of_a_hundred_thousand_lines_take_well_under_a_second() -> None:
    body = "\n".join(["-old", *["+new"] * 9])
    entries = [
        FileChange(
            path=f"src/m{number}.py",
            kind=ChangeKind.MODIFIED,
            head=blob(b"x"),
            hunks=tuple(
                Hunk(old_start=line, old_count=1, new_start=line * 9, new_count=9, body=body) for line in range(1, 101)
            ),
        )
        for number in range(100)
    ]
    change = of(*entries)
    runs = [run_of(f"tool{number}", *(file.path for file in entries)) for number in range(10)]
    started = time.process_time()
    coverage = receipt(change, runs)
    assert time.process_time() - started < 1.0
    assert sum(len(file.hunks) for file in coverage.files) == 10_000
