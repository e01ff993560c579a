"""Traces: long ones keep both ends for people and stay whole in SARIF, over several files and with hostile code in them."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from fusion.cli import Exit
from fusion.cli.review import exit_code
from fusion.model import Confidence, Disposition, Finding, Placement, Review, Severity, State, Step
from fusion.render.github import GitHub
from fusion.render.markdown import Markdown
from fusion.render.sarif import Sarif
from fusion.render.terminal import print_review
from fusion.render.trace import shown, stops, trace_of
from tests.fakes.rendered import live
from tests.fakes.reviews import evidence, finding, location, review

EVIL = "x = '\x1b]8;;https://evil.example\x07' # `</code></details> @octocat #12 \u202e <img src=x> ```"


def steps(count: int, code: str = "x = y") -> tuple[Step, ...]:
    return tuple(
        Step(location=location(f"pkg{n % 3}/f.py", n + 1), code=f"{code} {n + 1}", why=f"reason {n + 1}") for n in range(count)
    )


def traced(*traces: tuple[Step, ...]) -> Finding:
    return finding(evidence=tuple(evidence(id=f"e{n}", trace=trace) for n, trace in enumerate(traces)))


def terminal(made: Review) -> str:
    file = io.StringIO()
    print_review(made, Console(file=file, width=100))
    return file.getvalue()


@pytest.mark.parametrize(
    ("count", "most", "first", "left_out", "last"),
    [
        (0, 4, [], 0, []),
        (4, 4, [1, 2, 3, 4], 0, []),
        (5, 4, [1, 2], 1, [4, 5]),
        (9, 2, [1], 7, [9]),
        (9, 5, [1, 2], 4, [7, 8, 9]),
    ],
)
def test_the_middle_goes(count: int, most: int, first: list[int], left_out: int, last: list[int]) -> None:
    parts = shown(stops(steps(count)), most)
    assert ([n for n, _ in parts.first], parts.left_out, [n for n, _ in parts.last]) == (first, left_out, last)


def test_the_longest_trace_is_told_and_one_step_on_the_spot_is_none() -> None:
    assert trace_of(traced((), steps(2), steps(5), steps(3))) == steps(5)
    assert trace_of(traced(())) == ()
    assert trace_of(finding(evidence=())) == ()
    here = finding().location
    assert trace_of(traced((Step(location=here, code="x", why="weak"),))) == ()
    assert trace_of(traced(steps(1))) == steps(1)


def test_a_trace_that_begins_and_ends_on_the_spot_says_nothing_more() -> None:
    here = finding().location
    begins, ends = Step(location=here, code="x", why="the query"), Step(location=here, code="x", why="runs it")
    assert trace_of(traced((begins, ends))) == ()
    between = Step(location=location(here.path, here.line + 1), code="y", why="passed to `f` as `x`")
    assert trace_of(traced((begins, between, ends))) == (begins, between, ends)
    assert trace_of(traced((between, ends))) == (between, ends)


def test_steps_on_one_line_show_its_code_once_and_each_reason_once() -> None:
    def step(line: int, why: str) -> Step:
        return Step(location=location("a.py", line), code=f"line {line}", why=why)

    trace = (step(1, "the query"), step(1, "built into a text"), step(1, "built into a text"), step(2, "runs it"), step(1, "z"))
    assert [(stop.code, stop.whys) for stop in stops(trace)] == [
        ("line 1", ("the query", "built into a text")),
        ("line 2", ("runs it",)),
        ("line 1", ("z",)),
    ]
    made = review(findings=(traced(trace),))
    said = terminal(made)
    assert "1 a.py:1  line 1\n       → the query\n       → built into a text\n     2 a.py:2  line 2" in said
    markdown = Markdown().render(made)
    assert "\n1. `a.py:1` `line 1`: the query, then built into a text\n2. `a.py:2` `line 2`: runs it\n" in markdown
    assert "How it gets there: 3 steps from" in markdown
    (result,) = json.loads(Sarif().render(made))["runs"][0]["results"]
    assert len(result["codeFlows"][0]["threadFlows"][0]["locations"]) == 5


def test_what_still_blocks_keeps_its_trace_on_the_terminal() -> None:
    """A terminal keeps no thread: the second run must show what is needed to mend it, too."""
    carried = traced(steps(3)).model_copy(update={"disposition": Disposition(state=State.CARRIED), "blocking": True})
    said = terminal(review(findings=(carried,)))
    assert "Still open from before" in said
    assert "→ reason 3" in said
    assert "→ reason 3" not in terminal(review(findings=(carried.model_copy(update={"blocking": False}),)))


def test_a_long_trace_keeps_both_ends_for_people() -> None:
    made = review(findings=(traced(steps(30)),))
    said = terminal(made)
    markdown = Markdown().render(made)
    for text in (said, markdown):
        assert "reason 1" in text
        assert "reason 30" in text
        assert "18 more steps" in text
        assert "reason 15" not in text
    assert said.index("reason 6\n") < said.index("18 more steps") < said.index("reason 25")
    assert "\n6. `pkg2/f.py:6` `x = y 6`: reason 6\n\n18 more steps\n\n25. `pkg0/f.py:25`" in markdown
    assert "<summary>How it gets there: 30 steps from <code>pkg0/f.py:1</code></summary>" in markdown


def test_a_long_trace_is_whole_in_sarif() -> None:
    (result,) = json.loads(Sarif().render(review(findings=(traced(steps(150)),))))["runs"][0]["results"]
    (flow,) = result["codeFlows"]
    places = flow["threadFlows"][0]["locations"]
    assert len(places) == 150
    assert [place["location"]["physicalLocation"]["artifactLocation"]["uri"] for place in places[:3]] == [
        "pkg0/f.py",
        "pkg1/f.py",
        "pkg2/f.py",
    ]
    assert places[149]["location"]["message"]["text"] == "reason 150"


def test_hostile_code_in_steps_does_nothing() -> None:
    made = review(findings=(traced(steps(4, EVIL)),))
    said = terminal(made)
    assert "\x1b]" not in said
    assert "\u202e" not in said
    found = live(Markdown().render(made))
    assert (found.images, found.references) == ([], [])
    html = "".join(found.html)
    assert html.count("<details>") == html.count("</details>") == html.count("</summary>") == 3
    for comment in json.loads(GitHub().render(made))["review"]["comments"]:
        posted = live(comment["body"])
        assert (posted.images, posted.references) == ([], [])
        assert "".join(posted.html).count("<details>") == 1


def test_why_data_flow_clears_a_place_is_shown() -> None:
    why = "the value is constant `<b>` \x1b[31m"
    made = review(findings=(finding(cleared=why, blocking=False, confidence=Confidence.POSSIBLE, placement=Placement.SUMMARY),))
    said = terminal(made)
    assert "harmless by data flow: the value is constant" in " ".join(said.split())
    assert "\x1b[31m" not in said
    assert "harmless by data flow: the value is constant" in GitHub().render(made)
    (result,) = json.loads(Sarif().render(made))["runs"][0]["results"]
    assert result["properties"]["cleared"].startswith("the value is constant")
    assert result["properties"]["precision"] == "medium"
    assert not "".join(live(Markdown().render(made)).html).count("<b></b>")
    assert exit_code(made, Severity.INFO) is Exit.FINE
    assert exit_code(review(findings=(finding(),)), Severity.INFO) is Exit.FINDINGS


def test_a_step_over_several_lines_names_the_one_that_is_shown() -> None:
    loop = Step(location=location("a.py", 3, end_line=9), code="for key in source:", why="kept in `key`")
    assert "`a.py:3` `for key in source:`" in Markdown().render(review(findings=(traced((*steps(1), loop)),)))
