"""Matching, intervals and figures of labelled changes."""

from __future__ import annotations

import datetime
import tomllib
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.kinds import kinds as said_by_models
from fusion.evaluation.comparison import compare
from fusion.evaluation.figures import Report, figures, report
from fusion.evaluation.intervals import bootstrap, wilson
from fusion.evaluation.kinds import OTHER, fits, kinds, spoken
from fusion.evaluation.matching import REACH, apart, match
from fusion.evaluation.outcomes import Attempts, Outcome, Seconds, Source, Tally, outcome
from fusion.evaluation.review_tables import figure, table
from fusion.evaluation.samples import Gold, Sample
from fusion.evidence.catalogue import families
from fusion.model import (
    Call,
    Category,
    Confidence,
    Coverage,
    Ending,
    Finding,
    Location,
    Placement,
    Review,
    Severity,
    Side,
    Usage,
    Verdict,
    Vote,
    Work,
)
from fusion.model import Outcome as Outcomes
from fusion.model import Report as RunReport


def finding(
    path: str = "a.py", line: int = 10, end: int = 0, family: str = "model:boundary", side: Side = Side.RIGHT
) -> Finding:
    known = families().get(family)
    return Finding(
        fingerprint=f"{path}:{line}:{end}:{family}",
        agent="code-review",
        family=family,
        category=known.category if known else Category.CORRECTNESS,
        title=family,
        severity=Severity.HIGH,
        confidence=Confidence.POSSIBLE,
        location=Location(path=path, line=line, end_line=end or line, side=side),
    )


def gold(path: str = "a.py", line: int = 10, end: int = 0, kind: str = "boundary", side: Side = Side.RIGHT) -> Gold:
    return Gold(
        path=path, line=line, end_line=end or line, kind=kind, severity=Severity.HIGH, why="it goes wrong there", side=side
    )


def test_lines_reach_three_far_and_no_further() -> None:
    assert match([finding(line=13)], [gold(line=9, end=10)], strict=True) == {0: 0}
    assert match([finding(line=14)], [gold(line=9, end=10)], strict=True) == {}
    assert apart(finding(line=5, end=20), gold(line=10)) == 0
    assert apart(finding(line=10 - REACH - 1), gold()) == REACH + 1
    assert match([finding(path="b.py")], [gold()], strict=False) == {}
    assert match([finding(side=Side.LEFT)], [gold()], strict=False) == {}


def test_any_of_a_labels_places_will_do() -> None:
    label = gold().model_copy(update={"at": (gold(path="db.py", line=40),)})
    assert match([finding(path="db.py", line=41)], [label], strict=True) == {0: 0}
    assert apart(finding(path="db.py", line=40), label) == 0
    assert apart(finding(path="other.py", line=40), label) is None


def test_kinds_fit_strictly_or_nearly() -> None:
    assert fits(finding(family="off-by-one"), ("boundary",), strict=True)
    near = finding(family="model:logic")
    assert not fits(near, ("boundary",), strict=True)
    assert fits(near, ("boundary",), strict=False)
    assert fits(near, ("tests", "logic"), strict=True)
    assert not fits(finding(family="model:weak-assertion"), ("boundary",), strict=False)
    # A family that nobody has heard of is known by its weaknesses, and by nothing else.
    unknown = finding(family="tool:X1").model_copy(update={"cwe": (89,)})
    assert spoken(unknown) == ("security:sql-injection",)
    assert spoken(finding(family="tool:X1")) == (OTHER,)


def test_every_kind_of_a_model_and_every_family_in_the_list_exists() -> None:
    listed = {family for kind in kinds().values() for family in kind.families}
    assert {f"model:{name}" for agent in said_by_models().values() for name in agent} <= listed
    assert {agent for kind in kinds().values() for agent in [kind.agent]} == set(said_by_models())
    assert {name for kind in kinds().values() for name in kind.near} <= set(kinds())


def best(weights: list[list[int | None]]) -> tuple[int, int]:
    """Size and weight of the best assignment, by trying them all."""
    width = len(weights[0]) if weights else 0
    columns = [*range(width), *[None] * len(weights)]
    found = (0, 0)
    for chosen in set(permutations(columns, len(weights))):
        pairs = [weights[row][column] for row, column in enumerate(chosen) if column is not None]
        taken = [weight for weight in pairs if weight is not None]
        found = max(found, (len(taken), sum(taken)))
    return found


places = st.tuples(st.integers(1, 14), st.sampled_from(["model:boundary", "model:logic", "model:contract"]))
labels = st.tuples(st.integers(1, 14), st.sampled_from(["boundary", "logic"]))


@settings(max_examples=60, deadline=None)
@given(st.lists(places, max_size=4), st.lists(labels, max_size=3), st.randoms(use_true_random=False), st.booleans())
def test_as_many_as_there_can_be_in_any_order(
    said: list[tuple[int, str]], wanted: list[tuple[int, str]], chance: object, strict: bool
) -> None:
    from fusion.evaluation.matching import _weight

    findings = [finding(line=line, family=family) for line, family in said]
    golds = [gold(line=line, kind=kind) for line, kind in wanted]
    matched = match(findings, golds, strict=strict)
    weights = [[_weight(one, label, strict=strict) for label in golds] for one in findings]
    taken = [weights[i][j] for i, j in matched.items()]
    assert len(set(matched.values())) == len(matched)
    assert (len(matched), sum(weight or 0 for weight in taken)) == best(weights)
    assert None not in taken

    turned = list(range(len(findings)))
    chance.shuffle(turned)  # type: ignore[attr-defined]
    again = match([findings[index] for index in turned], golds[::-1], strict=strict)
    pairs = sorted((findings[i].fingerprint, golds[j].model_dump_json()) for i, j in matched.items())
    others = sorted((findings[turned[i]].fingerprint, golds[::-1][j].model_dump_json()) for i, j in again.items())
    assert pairs == others


def test_two_findings_of_one_thing_are_one_right_and_one_false() -> None:
    assert len(match([finding(), finding(line=11)], [gold()], strict=True)) == 1
    assert match([finding(line=11), finding(line=10)], [gold()], strict=True) == {1: 0}


@pytest.mark.parametrize(
    ("right", "all", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 10, 0.0179, 0.4042),
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
    ],
)
def test_wilson_gives_the_published_intervals(right: int, all: int, low: float, high: float) -> None:
    """81 of 263 and 15 of 148: R. G. Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I."""
    found = wilson(right, all)
    assert found is not None
    assert found == pytest.approx((low, high), abs=5e-5)


@given(st.integers(0, 300), st.integers(0, 300))
def test_wilson_holds_the_proportion_and_stays_between_nothing_and_all(right: int, more: int) -> None:
    found = wilson(right, right + more)
    if found is None:
        assert right + more == 0
    else:
        assert 0 <= found[0] <= right / (right + more) <= found[1] <= 1


def test_the_bootstrap_is_repeatable_and_knows_when_nothing_can_be_said() -> None:
    def mean(items: object) -> float:
        return sum(items) / len(items)  # type: ignore[arg-type, call-overload, no-any-return]

    values = [0.0] * 30 + [1.0] * 30
    found = bootstrap(values, mean)
    assert found == bootstrap(list(values), mean)
    # The normal approximation of a mean of 60 coins: 0.5 and 1.96 standard errors of 0.0645 to each side.
    assert found == pytest.approx((0.373, 0.627), abs=0.02)
    assert bootstrap([], mean) is None
    assert bootstrap(values, lambda items: None) is None


def test_figures_of_known_counts() -> None:
    tallies = [
        Tally(said=2, right=1, exact=1, there=1, found=1),
        Tally(said=1, right=1, exact=0, there=2, found=1),
        Tally(said=3),
        Tally(),
    ]
    found = figures(tallies, [False, False, True, True])
    assert found.precision.value == pytest.approx(2 / 6)
    assert found.recall.value == pytest.approx(2 / 3)
    assert found.f1.value == pytest.approx(4 / 9)
    assert found.anchors.value == 0.5
    assert found.false_per_change.value == 1.0
    assert found.false_per_clean.value == 1.5
    silent = figures([Tally(there=2)], [False])
    assert (silent.f1.value, silent.precision.value, silent.false_per_clean.value) == (0.0, None, None)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), min_size=8, max_size=12))
@settings(max_examples=20, deadline=None)
def test_figures_stay_in_bounds(counts: list[tuple[int, int, int]]) -> None:
    tallies = [Tally(said=right + false, right=right, there=right + missed, found=right) for right, false, missed in counts]
    found = figures(tallies, [not tally.there for tally in tallies])
    for one in (found.precision, found.recall, found.f1):
        assert one.value is None or 0 <= one.value <= 1
        assert one.low is None or one.high is None or 0 <= one.low <= one.high <= 1


def test_who_speaks() -> None:
    opinion = finding().model_copy(update={"votes": (Vote(by="finder", says="supported"),)})
    assert [source for source in Source if source.hears(finding())] == [Source.RULES, Source.TOGETHER]
    assert [source for source in Source if source.hears(opinion)] == [Source.MODELS, Source.TOGETHER]


def made(count: int, *, found: int, model: str = "m-1") -> Report:
    """Each change has one label; a model finds the first ones."""
    outcomes = []
    for number in range(count):
        right = int(number < found)
        tally = Tally(said=right, right=right, exact=right, there=1, found=right)
        ways = {"strict": tally, "loose": tally}
        outcomes.append(
            Outcome(
                id=f"change-with-a-long-name-{number:03}",
                language="python",
                digest=f"sha256:{number}",
                clean=False,
                verdict=Verdict.PASS,
                tallies=dict.fromkeys(("models alone", "together", "agent:code-review", "kind:boundary"), ways)
                | {"rules alone": {"strict": Tally(there=1), "loose": Tally(there=1)}},
                attempts={"code-review": Attempts(calls=2, failed=1, cost=0.01, endings={"ok": 1, "limited": 1})},
                models=(model,),
            )
        )
    return report(outcomes, dataset="my set", digest="sha256:" + "0" * 64)


def test_thirty_changes_and_one_model_make_a_figure() -> None:
    today = datetime.date(2026, 11, 22)
    found = made(40, found=20)
    card = tomllib.loads(figure(found, today=today))["models"]["m-1"]["figures"]["review"]
    assert card.pop("source").startswith("fusion eval review")
    assert card == {"metric": "f1", "value": 0.667, "dataset": "my set, 40 changes, sha256:000000000000", "date": today}
    assert figure(made(29, found=20), today=today) == ""
    both = report([*found.outcomes, *made(41, found=20, model="m-2").outcomes[40:]], dataset="d", digest="sha256:1")
    assert figure(both, today=today) == ""


def test_a_table_fits_the_page_whatever_the_numbers() -> None:
    found = made(40, found=20)
    shown = table(found, [Seconds(review=100.5)] * 40, compare(made(40, found=3), found), today=datetime.date(2026, 11, 22))
    assert max(map(len, shown.splitlines())) <= 80
    assert "rules alone" in shown


def test_differences_are_shown_only_where_there_are_any() -> None:
    worse, better = made(40, found=10), made(40, found=30)
    differences = {one.name: one for one in compare(worse, better).differences}
    recall = differences["models alone: recall"]
    assert recall.difference.value == pytest.approx(0.5)
    assert recall.shown
    assert not differences["cost per change"].shown
    assert not differences["rules alone: recall"].shown
    assert not any(one.shown for one in compare(worse, made(40, found=11)).differences)


def test_what_people_do_not_see_does_not_count() -> None:
    shown = finding().model_copy(update={"placement": Placement.INLINE})
    hidden = finding(line=40).model_copy(update={"placement": Placement.HIDDEN})
    review = Review(
        id="r",
        repository="a",
        subject="b",
        base="",
        head="h",
        verdict=Verdict.PASS,
        findings=(shown, hidden),
        coverage=Coverage(agents=(RunReport(agent="code-review", outcome=Outcomes.OK, calls=(cached, asked)),)),
    )
    sample = Sample(id="s", language="python", head={"a.py": "x\n"}, gold=(gold(), gold(line=40)))
    found = outcome(sample, review, None, lambda kind: kinds()[kind].agent)
    assert found.tallies["together"]["strict"] == Tally(said=1, right=1, exact=1, there=2, found=1)
    assert [one.line for one in found.findings] == [10]
    # What was paid for before costs nothing now.
    assert found.attempts["code-review"].cost == 0.25
    assert found.attempts["code-review"].endings == {"ok": 2}


cached = Call(agent="code-review", work=Work.REVIEW, model="m", ending=Ending.OK, cached=True, usage=Usage(cost=1.0))
asked = Call(agent="code-review", work=Work.REVIEW, model="m", ending=Ending.OK, usage=Usage(cost=0.25))
