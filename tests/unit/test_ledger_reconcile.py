"""The ledger across pushes: nothing said twice, nothing called fixed that nobody looked at."""

from __future__ import annotations

import pytest

from fusion.judging.judge import Judgement
from fusion.judging.ledger import Ledger, dismiss
from fusion.model import Outcome, Placement, Severity, State, Tally, Unread, Verdict
from tests.fakes.judging import AT, change_of, finding_of, judged, report_of, run_of, scan

BEFORE = "import subprocess\n\n\ndef run(command):\n    return command\n"
AFTER = "import subprocess\n\n\ndef run(command):\n    return subprocess.call(command, shell=True)\n"


def push(
    text: str | None, ledger: Ledger | None = None, *, path: str = "app.py", before: str | None = BEFORE, **fields: object
):
    """A push that leaves `path` with `text`, looked at by bandit."""
    change, contents = change_of({path: (before, text)}, **{key: fields.pop(key) for key in list(fields) if key in CHANGE})
    findings = fields.pop("findings", None)
    if findings is None:
        findings = scan("bandit", path, text) if text else []
    return judged(change, contents, findings, ledger=ledger, **fields)


CHANGE = ("head", "base", "renames", "cut")


def numbers(judgement: Judgement) -> tuple[int, int, int]:
    tally = judgement.review.tally
    return tally.new, tally.carried, tally.fixed


@pytest.fixture
def first() -> Judgement:
    return push(AFTER)


def test_a_finding_is_said_once_and_then_carried(first: Judgement) -> None:
    assert numbers(first) == (1, 0, 0)
    assert first.review.findings[0].placement is Placement.INLINE
    again = push(AFTER, first.ledger, head="head-2")
    assert numbers(again) == (0, 1, 0)
    finding = again.review.findings[0]
    assert (finding.placement, finding.why_placed) == (Placement.SUMMARY, "said before")
    assert finding.disposition.state is State.CARRIED
    assert "head-1" in finding.disposition.how
    assert finding.blocking
    assert again.review.verdict is Verdict.BLOCK
    entry = again.ledger.entries[0]
    assert (entry.first_seen.commit, entry.last_seen.commit) == ("head-1", "head-2")
    assert entry.said is not None
    assert entry.said.line == 5


def test_the_same_review_twice_changes_nothing_but_dates(first: Judgement) -> None:
    second = push(AFTER, first.ledger)
    third = push(AFTER, second.ledger)
    assert third.ledger == second.ledger
    assert third.review == second.review


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# a new first line\n" * 40 + AFTER, id="line drift"),
        pytest.param(
            AFTER.replace("    return sub", "        return   sub").replace("def run", "if True:\n  def run"), id="spacing"
        ),
        pytest.param(AFTER.replace("shell=True)", "shell=True)  # noqa"), id="comment"),
        pytest.param(AFTER.replace("call(command,", "call(commands,"), id="small edit"),
        pytest.param(AFTER.replace("def run(", "def execute("), id="symbol renamed"),
    ],
)
def test_small_changes_do_not_make_it_new(first: Judgement, text: str) -> None:
    after = push(text, first.ledger, head="head-2")
    assert numbers(after) == (0, 1, 0)
    assert len(after.ledger.entries) == 1


def test_a_line_that_says_something_else_is_another_finding(first: Judgement) -> None:
    text = AFTER.replace("subprocess.call(command, shell=True)", "os.popen2(first or second, mode, shell=True, bufsize=9)")
    assert numbers(push(text, first.ledger, head="head-2")) == (1, 0, 1)


def test_rebase_and_force_push_keep_it(first: Judgement) -> None:
    moved = "VERSION = 2\n" + BEFORE, "VERSION = 2\n" + AFTER
    after = push(moved[1], first.ledger, before=moved[0], head="rewritten", base="newer-base")
    assert numbers(after) == (0, 1, 0)


def test_a_rename_keeps_it(first: Judgement) -> None:
    after = push(AFTER, first.ledger, path="core/run.py", renames={"core/run.py": "app.py"}, head="head-2")
    assert numbers(after) == (0, 1, 0)
    assert after.ledger.entries[0].path == "core/run.py"
    back = push(AFTER, after.ledger, head="head-3")
    assert numbers(back) == (0, 1, 0)


def test_a_file_of_the_change_that_git_does_not_see_as_renamed_keeps_it() -> None:
    first = push(AFTER, path="new.py", before=None)
    after = push(AFTER, first.ledger, path="newer.py", before=None, head="head-2")
    assert numbers(after) == (0, 1, 0)


def test_a_copy_is_another_finding(first: Judgement) -> None:
    change, contents = change_of({"app.py": (BEFORE, AFTER), "copy.py": (None, AFTER)}, head="head-2")
    findings = scan("bandit", "app.py", AFTER) + scan("bandit", "copy.py", AFTER)
    assert numbers(judged(change, contents, findings, ledger=first.ledger)) == (1, 1, 0)


def test_two_equal_lines_are_two_findings_and_fixing_one_fixes_one() -> None:
    twice = AFTER + "    return subprocess.call(command, shell=True)\n"
    first = push(twice)
    assert numbers(first) == (2, 0, 0)
    after = push(AFTER, first.ledger, head="head-2")
    assert numbers(after) == (0, 1, 1)


def test_fixed_when_its_tool_read_the_file_again(first: Judgement) -> None:
    text = AFTER.replace(", shell=True", "")
    after = push(text, first.ledger, head="head-2")
    assert numbers(after) == (0, 0, 1)
    fixed = after.review.fixed[0]
    assert (fixed.disposition.state, fixed.disposition.commit) == (State.ADDRESSED, "head-2")
    assert fixed.disposition.how == "bandit read the file again and did not report it"
    assert not fixed.blocking
    assert after.review.verdict is Verdict.PASS
    assert numbers(push(text, after.ledger, head="head-3")) == (0, 0, 0)


@pytest.mark.parametrize(
    "runs",
    [
        pytest.param([], id="absent"),
        pytest.param([run_of("bandit", outcome=Outcome.SKIPPED, reason="not installed")], id="skipped"),
        pytest.param([run_of("bandit", outcome=Outcome.FAILED, reason="crashed")], id="failed"),
        pytest.param([run_of("bandit", outcome=Outcome.TIMED_OUT)], id="timed out"),
        pytest.param([run_of("bandit", "app.py", outcome=Outcome.CUT)], id="cut"),
        pytest.param([run_of("bandit", unread=(Unread(path="app.py", reason="syntax"),))], id="unread"),
        pytest.param([run_of("bandit", "app.py", unread=(Unread(path="app.py", reason="half"),))], id="read and unread"),
        pytest.param([run_of("ruff", "app.py"), run_of("secrets", "app.py")], id="only others looked"),
        pytest.param([run_of("bandit", "other.py")], id="read something else"),
    ],
)
def test_what_nobody_looked_at_again_is_not_fixed_and_still_blocks(first: Judgement, runs: list) -> None:
    after = push(AFTER.replace(", shell=True", ""), first.ledger, head="head-2", runs=runs)
    assert numbers(after) == (0, 1, 0)
    finding = after.review.findings[0]
    assert finding.blocking
    assert finding.placement is Placement.SUMMARY
    assert finding.evidence
    assert "bandit" in finding.disposition.how
    assert after.ledger.entries[0].disposition.state is State.STALE
    assert after.review.verdict is not Verdict.PASS
    seen = push(AFTER.replace(", shell=True", ""), after.ledger, head="head-3")
    assert numbers(seen) == (0, 0, 1)


def test_a_tool_with_a_reservation_does_not_fix_a_line_that_is_still_there(first: Judgement) -> None:
    runs = [run_of("bandit", "app.py", reason="the base could not be analysed")]
    assert numbers(push(AFTER, first.ledger, findings=[], runs=runs, head="head-2")) == (0, 1, 0)
    assert numbers(push(AFTER.replace(", shell=True", ""), first.ledger, runs=runs, head="head-2")) == (0, 0, 1)


def test_one_of_two_witnesses_failing_does_not_fix() -> None:
    both = scan("bandit", "app.py", AFTER) + scan("opengrep", "app.py", AFTER, rule="shell")
    first = push(AFTER, findings=both, runs=[run_of("bandit", "app.py"), run_of("opengrep", "app.py")])
    assert len(first.review.findings) == 1
    text = AFTER.replace(", shell=True", "")
    failed = [run_of("bandit", "app.py"), run_of("opengrep", outcome=Outcome.FAILED)]
    assert numbers(push(text, first.ledger, runs=failed)) == (0, 1, 0)
    # A witness that is no longer there (evidence handed in once) does not hold it open for ever.
    assert numbers(push(text, first.ledger, runs=[run_of("bandit", "app.py")])) == (0, 0, 1)


@pytest.mark.parametrize("missing", ["bandit", "opengrep"])
def test_it_is_the_same_finding_when_only_one_witness_is_left(missing: str) -> None:
    one = finding_of("bandit", line=5, family="subprocess", rule="B602", text="x = call(y)")
    two = finding_of("opengrep", line=5, family="command-injection", rule="shell", text="x = call(y)")
    text = "a\nb\nc\nd\nx = call(y)\n"
    first = push(text, before="", findings=[one, two])
    assert numbers(first) == (1, 0, 0)
    left = [one] if missing == "opengrep" else [two]
    assert numbers(push(text, first.ledger, before="", findings=left, head="head-2")) == (0, 1, 0)


def test_deleting_the_file_fixes_it_although_no_tool_can_read_it(first: Judgement) -> None:
    after = push(None, first.ledger, head="head-2", runs=[])
    assert numbers(after) == (0, 0, 1)
    assert after.review.fixed[0].disposition.how == "its file was deleted"


def test_removing_the_function_fixes_it_although_its_tool_failed(first: Judgement) -> None:
    runs = [run_of("bandit", outcome=Outcome.FAILED)]
    after = push("import subprocess\n", first.ledger, head="head-2", runs=runs)
    assert numbers(after) == (0, 0, 1)


def test_reverting_the_file_fixes_it(first: Judgement) -> None:
    after = push("x\n", first.ledger, path="other.py", before="y\n", head="head-2")
    assert numbers(after) == (0, 0, 1)
    assert after.review.fixed[0].disposition.how == "its file is as it was on the base again"


def test_a_file_that_left_the_change_under_another_base_is_not_called_fixed(first: Judgement) -> None:
    after = push("x\n", first.ledger, path="other.py", before="y\n", head="head-2", base="base-2")
    assert numbers(after) == (0, 0, 0)
    assert after.ledger.entries[0].disposition.state is State.STALE
    assert any("no longer part of the change" in note for note in after.review.coverage.notes)
    quiet = push("x\n", after.ledger, path="other.py", before="y\n", head="head-3", base="base-2")
    assert not any("no longer part" in note for note in quiet.review.coverage.notes)
    back = push(AFTER, quiet.ledger, head="head-4", base="base-2")
    assert numbers(back) == (0, 1, 0)


def test_a_change_that_was_cut_fixes_nothing_by_absence(first: Judgement) -> None:
    after = push("x\n", first.ledger, path="other.py", before="y\n", head="head-2", cut=("9 of 10 files listed",))
    assert numbers(after) == (0, 1, 0)
    assert after.review.verdict is Verdict.INCOMPLETE


def test_what_comes_back_is_said_again(first: Judgement) -> None:
    fixed = push(AFTER.replace(", shell=True", ""), first.ledger, head="head-2")
    back = push(AFTER, fixed.ledger, head="head-3")
    assert numbers(back) == (1, 0, 0)
    finding = back.review.findings[0]
    assert finding.placement is Placement.INLINE
    assert finding.disposition.state is State.OPEN
    assert "head-2" in finding.disposition.how
    assert len(back.ledger.entries) == 1


@pytest.mark.parametrize("state", [State.WONT_FIX, State.INCORRECT, State.DUPLICATE])
def test_dismissed_stays_dismissed(first: Judgement, state: State) -> None:
    mark = first.review.findings[0].fingerprint
    ledger, _ = dismiss(first.ledger, mark[:8], state, by="ann", how="cli", at=AT)
    after = push("\n\n" + AFTER, ledger, head="head-2")
    assert after.review.tally == Tally(dismissed=1)
    finding = after.review.findings[0]
    assert (finding.placement, finding.blocking, finding.disposition.state) == (Placement.HIDDEN, False, state)
    assert "ann" in finding.why_placed
    assert after.review.verdict is Verdict.PASS
    gone = push(AFTER.replace(", shell=True", ""), after.ledger, head="head-3")
    assert numbers(gone) == (0, 0, 0)
    assert push(AFTER, gone.ledger, head="head-4").review.tally == Tally(dismissed=1)


def test_a_dismissal_does_not_cover_an_edited_line(first: Judgement) -> None:
    ledger, _ = dismiss(first.ledger, first.review.findings[0].fingerprint, State.WONT_FIX, by="ann", how="cli", at=AT)
    after = push(AFTER.replace("call(command,", "call(user_input,"), ledger, head="head-2")
    assert numbers(after) == (1, 0, 0)
    assert after.review.findings[0].blocking


def test_a_dismissal_goes_along_when_the_code_leaves_its_file() -> None:
    first = push(AFTER, path="new.py", before=None)
    ledger, _ = dismiss(first.ledger, first.review.findings[0].fingerprint, State.WONT_FIX, by="ann", how="cli", at=AT)
    after = push(AFTER, ledger, path="newer.py", before=None, head="head-2")
    assert after.review.tally == Tally(dismissed=1)


def test_a_dismissal_does_not_cover_a_second_file_that_reads_the_same() -> None:
    first = push(AFTER, path="new.py", before=None)
    ledger, _ = dismiss(first.ledger, first.review.findings[0].fingerprint, State.WONT_FIX, by="ann", how="cli", at=AT)
    # The branch went on: new.py is as the base has it, and nothing says that its code is gone.
    after = push(AFTER, ledger, path="other.py", before=None, head="head-2", base="base-2")
    assert numbers(after) == (1, 0, 0)
    assert after.review.findings[0].blocking
    assert {entry.path: entry.disposition.state for entry in after.ledger.entries} == {
        "new.py": State.WONT_FIX,
        "other.py": State.OPEN,
    }


def test_an_agents_own_finding_is_fixed_only_when_the_agent_looked_again() -> None:
    own = finding_of("fusion", agent="code-review", line=5, text="x", family="leftover")
    first = push(AFTER, findings=[own])
    assert numbers(first) == (1, 0, 0)
    silent = [report_of(agent="code-review", outcome=Outcome.FAILED, reason="raised")]
    assert numbers(push(AFTER, first.ledger, reports=silent, head="head-2")) == (0, 1, 0)
    looked = [report_of(agent="code-review", read=["app.py"])]
    assert numbers(push(AFTER, first.ledger, reports=looked, head="head-2")) == (0, 0, 1)


def test_a_finding_in_an_untouched_document_is_fixed_by_its_agent_alone() -> None:
    own = finding_of("fusion", agent="documentation", path="README.md", line=3, text="run()", severity=Severity.MEDIUM)
    first = push(AFTER, findings=[own])
    assert first.review.findings[0].why_placed == "its line is not part of the diff"
    failed = [report_of(agent="documentation", outcome=Outcome.FAILED)]
    assert numbers(push(AFTER, first.ledger, reports=failed, head="head-2")) == (0, 1, 0)
    assert numbers(push(AFTER, first.ledger, reports=[], head="head-2")) == (0, 1, 0)
    looked = [report_of(agent="documentation", read=["app.py"])]
    assert numbers(push(AFTER, first.ledger, reports=looked, head="head-2")) == (0, 0, 1)


def test_findings_below_the_floor_have_no_life_in_the_ledger() -> None:
    first = push(AFTER, findings=[finding_of(line=5, severity=Severity.INFO)])
    assert first.ledger.entries == ()
    assert first.review.tally == Tally()


def test_the_ledger_survives_the_store(first: Judgement) -> None:
    assert Ledger.model_validate_json(first.ledger.model_dump_json()) == first.ledger
    assert Ledger.model_validate(first.ledger.model_dump(mode="json")) == first.ledger
