"""Issues after a scan: opened once, kept up to date, closed when mended, and never opened over a person's head."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.adapters.memory.issues import MemoryIssues
from fusion.check import About, Subject, Towards
from fusion.errors import Denied, TransientError
from fusion.model import Severity
from fusion.model.compliance import CheckResult, Deviation, Scan, ScanException, Status
from fusion.model.posture import Basics, Posture, Unknown
from fusion.policy import Policy
from fusion.policy.rules import Scans
from fusion.ports import Place
from fusion.scanning.issue_text import LONGEST
from fusion.scanning.issues import Open, Plan, Turn, Update, keep, plan

KEYS = (b"k" * 32,)
PLACE = Place(repository="acme/shop")
UNREAD = Unknown(why="Not read.")


class Plain:
    """A check that is nothing but its metadata."""

    def __init__(self, id: str, title: str = "It holds") -> None:
        self.about = About(
            id=id,
            title=title,
            rationale="Because @everyone relies on it.",
            remediation="Settings > Rules.",
            severity=Severity.HIGH,
            reads=frozenset(),
            towards=(Towards(catalogue="osps", control="OSPS-AC-03.01", reason="Whether it holds."),),
        )

    def wants(self, path: str) -> bool:
        return False

    def assess(self, subject: Subject) -> CheckResult:
        raise AssertionError


CHECKS = [Plain("alpha"), Plain("beta")]


def deviation(number: int, **said: Any) -> Deviation:
    return Deviation(**{"fingerprint": f"{number:016x}", "title": f"Deviation {number}.", "severity": Severity.HIGH} | said)


def result(check: str, status: Status | None = None, *deviations: Deviation) -> CheckResult:
    status = status or (Status.FAILED if deviations else Status.PASSED)
    return CheckResult(check=check, status=status, reason="It is so.", deviations=deviations)


def scan(*results: CheckResult, repository: str = "acme/shop", **said: Any) -> Scan:
    basics = said.pop("basics", Basics(default_branch="main"))
    others = ("protection", "actions", "security", "collaborators", "deploy_keys", "hooks", "releases", "merges")
    parts: dict[str, Any] = dict.fromkeys((*others, "contributors", "organisation"), UNREAD)
    at = datetime(2026, 11, 23, tzinfo=UTC)
    posture = Posture(repository=repository, repository_id=7, at=at, basics=basics, **parts)
    whole: dict[str, Any] = {"id": "s", "repository": repository, "commit": "1a2b3c4d", "at": at, "posture": posture}
    return Scan(**{**whole, "results": results} | said)


def policy(issues: str = "each", floor: Severity = Severity.MEDIUM) -> Policy:
    return Policy(scans=Scans(issues=issues, issue_floor=floor))


async def planned(issues: MemoryIssues, made: Scan, rules: Policy | None = None) -> Plan:
    return plan(made, rules or policy(), await issues.ours(PLACE), CHECKS, keys=KEYS)


async def kept(issues: MemoryIssues, made: Scan, rules: Policy | None = None) -> Plan:
    found = await planned(issues, made, rules)
    await keep(issues, PLACE, found.actions)
    return found


@pytest.fixture
def issues() -> MemoryIssues:
    made = MemoryIssues()
    made.add("acme/shop")
    return made


def states(issues: MemoryIssues) -> list[str]:
    return [one.state for one in issues.issues["acme/shop"].values()]


FAILS = result("alpha", None, deviation(1))
WORSE = result("alpha", None, deviation(1), deviation(2))
PASSES = result("alpha")
BLIND = result("alpha", Status.NOT_ASSESSED)
GONE = result("alpha", Status.NOT_APPLICABLE)
ACCEPTED = result("alpha", None, deviation(1, accepted="x-1"))
LOW = result("alpha", None, deviation(1, severity=Severity.LOW))


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([FAILS], ["open"]),
        ([FAILS, FAILS, WORSE], ["open"]),
        ([FAILS, PASSES], ["closed"]),
        ([FAILS, GONE], ["closed"]),
        ([FAILS, ACCEPTED], ["closed"]),
        ([FAILS, LOW], ["closed"]),
        ([FAILS, BLIND], ["open"]),
        ([FAILS, PASSES, FAILS], ["open"]),
        ([FAILS, PASSES, BLIND], ["closed"]),
        ([FAILS, ACCEPTED, FAILS], ["open"]),
        ([LOW], []),
        ([PASSES, BLIND, GONE, ACCEPTED], []),
        ([FAILS, "person", FAILS], ["closed"]),
        ([FAILS, "person", WORSE], ["open"]),
        ([WORSE, "person", FAILS], ["closed"]),
        ([WORSE, "person", FAILS, WORSE], ["open"]),  # what was gone has come back
        ([FAILS, "person", PASSES, FAILS], ["open"]),
        ([FAILS, "person", BLIND, FAILS], ["closed"]),
        ([FAILS, "person", ACCEPTED, FAILS], ["open"]),  # its exception has lapsed
    ],
)
@pytest.mark.parametrize("mode", ["each", "one"])
async def test_an_issue_follows_its_check(
    issues: MemoryIssues, mode: str, history: list[CheckResult | str], expected: list[str]
) -> None:
    for step in history:
        if isinstance(step, str):
            issues.turn("acme/shop", 1, "ada")
        else:
            await kept(issues, scan(step), policy(mode))
            assert (await planned(issues, scan(step), policy(mode))).actions == (), "it would never come to rest"
    assert states(issues) == expected


async def test_one_issue_keeps_what_could_not_be_looked_at(issues: MemoryIssues) -> None:
    await kept(issues, scan(FAILS, result("beta", None, deviation(9))), policy("one"))
    await kept(issues, scan(PASSES, result("beta", Status.NOT_ASSESSED)), policy("one"))
    assert states(issues) == ["open"]
    assert "Not assessed this time, and failing when it was last: `beta`" in issues.written("acme/shop", 1).body
    await kept(issues, scan(PASSES), policy("one"))  # a scan of some checks alone
    assert states(issues) == ["open"]
    await kept(issues, scan(PASSES, result("beta")), policy("one"))
    assert states(issues) == ["closed"]


async def test_another_mode_closes_what_the_old_one_opened(issues: MemoryIssues) -> None:
    await kept(issues, scan(FAILS, result("beta", None, deviation(9))))
    await kept(issues, scan(FAILS, result("beta", None, deviation(9))), policy("one"))
    assert states(issues) == ["closed", "closed", "open"]
    await kept(issues, scan(FAILS, result("beta", None, deviation(9))))
    assert states(issues) == ["open", "open", "closed"]
    assert (await planned(issues, scan(PASSES), policy("none"))) == Plan()


async def test_two_about_the_same_become_the_oldest(issues: MemoryIssues) -> None:
    await kept(issues, scan(FAILS))
    first = issues.written("acme/shop", 1)
    issues.people_open("acme/shop", "fusion[bot]", first.title, first.body, first.labels)
    await kept(issues, scan(FAILS))
    assert states(issues) == ["open", "closed"]
    assert issues.written("acme/shop", 2).comments[-1][1] == "The same stands in #1."


async def test_what_it_says_is_kept_up_to_date_and_labels_of_people_stay(issues: MemoryIssues) -> None:
    await kept(issues, scan(FAILS))
    issues.written("acme/shop", 1).labels.append("help wanted")
    found = await kept(issues, scan(result("alpha", None, deviation(1, severity=Severity.CRITICAL))))
    assert [type(one) for one in found.actions] == [Update]
    assert issues.written("acme/shop", 1).labels == ["fusion-compliance", "fusion-critical", "help wanted"]
    issues.written("acme/shop", 1).body = issues.written("acme/shop", 1).body.replace("\n", "\r\n")
    assert (await planned(issues, scan(result("alpha", None, deviation(1, severity=Severity.CRITICAL))))).actions == ()


async def test_a_renamed_repository_keeps_its_issues_and_a_copied_marker_counts_nowhere(issues: MemoryIssues) -> None:
    await kept(issues, scan(FAILS))
    assert plan(scan(FAILS, repository="acme/store"), policy(), await issues.ours(PLACE), CHECKS, keys=KEYS).actions == ()
    other = scan(FAILS)
    other = other.model_copy(update={"posture": other.posture.model_copy(update={"repository_id": 8})})
    found = plan(other, policy(), await issues.ours(PLACE), CHECKS, keys=KEYS)
    assert [type(one) for one in found.actions] == [Open]
    assert plan(scan(FAILS), policy(), await issues.ours(PLACE), CHECKS, keys=(b"new" * 9, *KEYS)).actions != ()
    replaced = plan(scan(FAILS), policy(), await issues.ours(PLACE), CHECKS, keys=(b"new" * 9, *KEYS))
    assert [type(one) for one in replaced.actions] == [Update], "the old key is known, and the new one signs from now on"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"basics": Basics(default_branch="main", issues=False)}, "switched off"),
        ({"basics": Basics(default_branch="main", archived=True)}, "archived"),
        ({"basics": UNREAD}, "not known"),
        ({"status": "archived"}, "archived"),
        ({"status": "failed"}, "no complete scan"),
    ],
)
async def test_where_no_issues_can_be_kept_a_note_says_so(issues: MemoryIssues, said: dict[str, Any], why: str) -> None:
    found = await planned(issues, scan(FAILS, **said))
    assert found.actions == ()
    assert why in found.notes[0]
    assert "sign" in plan(scan(FAILS), policy(), [], CHECKS, keys=()).notes[0]


async def test_a_retry_opens_nothing_twice(issues: MemoryIssues) -> None:
    found = await planned(issues, scan(FAILS, result("beta", None, deviation(9))))
    issues.fail(TransientError("The answer was lost."), late=True)
    with pytest.raises(TransientError):
        await keep(issues, PLACE, found.actions)
    assert (await keep(issues, PLACE, found.actions)).told == "Issues: opened #2; updated #1."
    assert (await keep(issues, PLACE, found.actions)).updated == (1, 2)
    assert states(issues) == ["open", "open"]
    issues.fail(Denied("issues: write is missing."))
    with pytest.raises(Denied):
        await keep(issues, PLACE, [Turn(number=1, to="closed", comment="So.")])


HOSTILE = "@octocat ![x](https://evil.example/a) <img src=x> <!-- fusion:v1 issue alpha 00 --> [a](javascript:1) `\n\n# x"


async def test_hostile_text_is_defused(issues: MemoryIssues) -> None:
    bad = deviation(1, title=HOSTILE, path="a`b\n<!-- fusion-known all alpha=0000000000000002 -->.py", component=HOSTILE)
    await kept(issues, scan(result("alpha", None, bad).model_copy(update={"reason": HOSTILE})))
    body = issues.written("acme/shop", 1).body
    outside = re.sub(r"(?s)```.*?```|`+[^`\n]*`+", "", body)
    assert not re.search(r"@octocat|@everyone|!\[|<img|javascript:|evil\.example/", outside)
    assert len(re.findall(r"(?m)^<!-- ", body)) == 2
    assert body.count("\n<!-- fusion-known all alpha=0000000000000001 -->\n<!-- fusion:v1 issue alpha ") == 1
    await kept(issues, scan(result("alpha")))
    assert states(issues) == ["closed"]


@pytest.mark.parametrize("mode", ["each", "one"])
async def test_a_body_is_bounded_and_growth_is_seen_all_the_same(issues: MemoryIssues, mode: str) -> None:
    many = [deviation(n * 2**40, title="x`*" * 3000, path="a" * 5000) for n in range(3000)]
    results = [result(f"check-{n}", None, *many) for n in range(40)] if mode == "one" else [result("alpha", None, *many)]
    await kept(issues, scan(*results), policy(mode))
    body = issues.written("acme/shop", 1).body
    assert len(body) <= LONGEST
    assert "more, on the report of the scan" in body
    issues.turn("acme/shop", 1, "ada")
    assert (await kept(issues, scan(*results), policy(mode))).actions == ()
    more = [result(one.check, None, *one.deviations, deviation(3)) for one in results]
    await kept(issues, scan(*more), policy(mode))
    assert states(issues) == ["open"]


async def test_the_text_says_what_to_do(issues: MemoryIssues) -> None:
    accepted = deviation(3, accepted="x-1")
    await kept(issues, scan(result("alpha", None, deviation(1, path="a.py", line=3), accepted)))
    one = issues.written("acme/shop", 1)
    assert one.title == "Not met: It holds (alpha)"
    for said in (
        "`a.py:3`",
        "`0000000000000001`",
        "1 more is accepted",
        "Settings > Rules.",
        "`osps OSPS-AC-03.01`",
        '- check: alpha\n      fingerprint: "0000000000000001"',
    ):
        assert said in one.body


async def test_a_comment_names_until_when_it_is_accepted(issues: MemoryIssues) -> None:
    exception = ScanException(
        id="x-1", check="alpha", owner="a", reason="r", approver="b", expires=date(2027, 1, 31), repository="acme/shop"
    )
    await kept(issues, scan(FAILS))
    await kept(issues, scan(ACCEPTED, exceptions=(exception,)))
    assert "accepted until 2027-01-31" in issues.written("acme/shop", 1).comments[-1][1]


STATES = st.sampled_from([FAILS, WORSE, PASSES, BLIND, GONE, ACCEPTED, LOW, None])
STEPS = st.tuples(
    st.sampled_from(["each", "one"]),
    STATES,
    STATES,
    st.lists(st.tuples(st.sampled_from(["closed", "open", "copied", "unlabelled"]), st.integers(1, 4)), max_size=2),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=5))
async def test_it_always_comes_to_rest(steps: list[Any]) -> None:
    issues = MemoryIssues()
    issues.add("acme/shop")
    for mode, first, second, people in steps:
        other = second.model_copy(update={"check": "beta"}) if second else None
        made = scan(*(one for one in (first, other) if one is not None))
        await kept(issues, made, policy(mode))
        assert (await planned(issues, made, policy(mode))).actions == ()
        markers = [one.marker for one in await issues.ours(PLACE) if one.state == "open"]
        assert len(markers) == len(set(markers))
        for did, number in people:
            there = issues.issues["acme/shop"].get(number)
            if there is None:
                continue
            if did == "copied":
                issues.people_open("acme/shop", "fusion[bot]", there.title, there.body, there.labels)
            elif did == "unlabelled":
                there.labels.clear()
            else:
                issues.turn("acme/shop", number, "ada", state=did)
