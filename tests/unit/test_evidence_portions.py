"""A whole tree in portions: nothing is lost or told twice between them, and what was never begun is never clean."""

from __future__ import annotations

from fusion.evidence.analyzer import Analyzer
from fusion.evidence.local import LocalExaminer
from fusion.evidence.portions import Portions, Progress, collect_on
from fusion.evidence.sandbox import Sandbox
from fusion.model import Outcome, Provenance
from fusion.policy import Caps, Policy
from tests.fakes.analyzers import Absent, Marks, Program
from tests.fakes.sides import sides

HOST = LocalExaminer(Sandbox.detect())
TREE = {f"f{number}.py": b"x = BAD\n" for number in range(7)}


async def go(
    analyzer: Analyzer,
    head: dict[str, bytes],
    so_far: Progress | None = None,
    *,
    portions: Portions | None = None,
    policy: Policy | None = None,
) -> Progress:
    change, contents = sides(head, whole_tree=True)
    return await collect_on(
        analyzer,
        change=change,
        contents=contents,
        policy=policy or Policy(),
        examiner=HOST,
        provenance=Provenance(),
        so_far=so_far,
        portions=portions or Portions(files=2),
    )


async def test_each_go_takes_up_where_the_last_one_ended() -> None:
    hasty, ends = Portions(files=2, seconds=-1), list[int]()
    progress: Progress | None = None
    while progress is None or not progress.finished:
        progress = await go(Marks(), TREE, progress, portions=hasty)
        ends.append(progress.done)
    assert ends == [2, 4, 6, 7]
    at_once = await go(Marks(), TREE)
    for report in (progress.report, at_once.report):
        assert [item.location.path for item in report.evidence] == sorted(TREE)
        assert (report.run.outcome, report.run.reason, report.run.hits) == (Outcome.OK, "", 7)
        assert report.run.read == tuple(sorted(TREE))


async def test_a_file_that_breaks_the_tool_is_told_beside_all_that_was_read() -> None:
    report = (await go(Marks(), TREE | {"f3.py": b"CRASH\n"})).report
    assert (report.run.outcome, [item.path for item in report.run.unread]) == (Outcome.FAILED, ["f3.py"])
    assert len(report.evidence) == 6


async def test_a_tool_that_reads_nothing_is_given_up_and_all_files_are_named() -> None:
    slow = Program(name="slow", code="import time; time.sleep(60)")
    run = (await go(slow, TREE, portions=Portions(files=1), policy=Policy(caps=Caps(tool_seconds=0.3)))).report.run
    assert (run.outcome, run.read, len(run.unread)) == (Outcome.TIMED_OUT, (), 7)
    assert run.reason == (
        "it was given up when 2 of 7 files had been given to it, because it read none of the last ones; stopped after 0.3 s"
    )
    late = (await go(Marks(), TREE, portions=Portions(files=2, most=-1))).report.run
    assert (late.outcome, len(late.read), len(late.unread)) == (Outcome.TIMED_OUT, 2, 5)
    assert late.reason.endswith("when 2 of 7 files had been given to it")


async def test_what_is_not_installed_is_said_once() -> None:
    progress = await go(Absent(), TREE)
    assert progress.finished
    assert progress.report.run.outcome is Outcome.SKIPPED
