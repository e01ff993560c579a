"""What becomes of checks' results: order, checks that raise or are switched off, and what is taken over from the last scan."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from fusion.check import About, Host, Source, Subject
from fusion.model import Outcome, Severity, ToolRun
from fusion.model.compliance import CheckResult, Deviation, Status
from fusion.model.inventory import Tree, TreeFile
from fusion.model.posture import Unknown
from fusion.policy import Policy
from fusion.policy.rules import Scans
from fusion.scanning import reuse
from fusion.scanning.assess import assess
from fusion.scanning.organisation import worst
from fusion.scanning.reuse import Basis, lasting, standing, tree_digest

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 25, tzinfo=UTC)
TREE = Tree(commit="c0ffee", files=(TreeFile(path="a.py", size=3, blob="1"), TreeFile(path="b.py", size=4, blob="2")))
SUBJECT = Subject(repository="octo/shop", posture=Unknown(why="no"), tree=TREE, host=Host(), now=NOW)
BASIS = Basis(commit="c0ffee", tree=tree_digest(TREE), rules="sha256:r", policy="sha256:p")


@dataclass
class Says:
    """A check that says what it is told to."""

    id: str
    answer: object = None
    reads: frozenset[Source] = frozenset({Source.TREE})

    @property
    def about(self) -> About:
        return About(
            **{"id": self.id, "title": self.id, "rationale": "r", "remediation": "m", "severity": Severity.HIGH},
            reads=self.reads,
            towards=(),
        )

    def wants(self, path: str) -> bool:
        return False

    def assess(self, subject: Subject) -> CheckResult:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer if self.answer is not None else result(self.id)  # type: ignore[return-value]


def result(id: str, status: Status = Status.PASSED, **more: object) -> CheckResult:
    return CheckResult(check=id, status=status, reason="why", **more)  # type: ignore[arg-type]


def test_a_check_that_raises_or_answers_nonsense_costs_its_own_result_and_no_other() -> None:
    checks = [
        Says("z"),
        Says("broken", ValueError("bad \x1b byte")),
        Says("odd", "green"),
        Says("liar", result("z")),
        Says("a"),
    ]
    found = assess(SUBJECT, checks, broken={"gone": "it does not import"})
    assert [one.check for one in found] == ["a", "broken", "gone", "liar", "odd", "z"]
    by_check = {one.check: one for one in found}
    assert {id for id, one in by_check.items() if one.status is Status.NOT_ASSESSED} == {"broken", "gone", "liar", "odd"}
    assert "The check broken raised ValueError: bad" in by_check["broken"].reason
    assert "it does not import" in by_check["gone"].reason


def test_what_policy_switches_off_is_on_the_report_and_what_is_not_asked_for_is_not() -> None:
    off = replace(SUBJECT, policy=Policy(scans=Scans(checks={"a": False})))
    [a, b] = assess(off, [Says("a"), Says("b")], known={"a": result("a")})
    assert (a.status, b.status) == (Status.NOT_ASSESSED, Status.PASSED)
    assert "switches it off" in a.reason
    assert [one.check for one in assess(SUBJECT, [Says("a"), Says("b")], only=("b",))] == ["b"]


def test_only_what_the_same_tree_always_says_is_taken_over() -> None:
    reads = {
        "tree": {Source.TREE, Source.EVIDENCE, Source.INVENTORY},
        "history": {Source.HISTORY},
        "settings": {Source.TREE, Source.SETTINGS},
        "clock": {Source.TREE, Source.CLOCK},
        "advisories": {Source.INVENTORY, Source.ADVISORIES},
        "nothing": set(),
    }
    checks = [Says(id, reads=frozenset(sources)) for id, sources in reads.items()]
    results = [result(id) for id in reads]
    assert {*standing(checks, results, then=BASIS, now=BASIS)} == {"tree"}
    assert all(one.reused for one in standing(checks, results, then=BASIS, now=BASIS).values())
    other_commit = BASIS.model_copy(update={"commit": "beef"})
    assert {*standing(checks, results, then=BASIS, now=other_commit)} == {"tree"}
    for field in ("tree", "rules", "policy"):
        assert standing(checks, results, then=BASIS, now=BASIS.model_copy(update={field: "sha256:other"})) == {}


def test_what_was_not_assessed_is_tried_again_and_an_exception_is_not_taken_over() -> None:
    accepted = Deviation(fingerprint="f", title="t", severity=Severity.HIGH, accepted="e1")
    results = [result("a", Status.NOT_ASSESSED), result("b", Status.FAILED, deviations=(accepted,))]
    found = standing([Says("a"), Says("b")], results, then=BASIS, now=BASIS)
    assert {*found} == {"b"}
    assert [one.accepted for one in found["b"].deviations] == [""]
    assert worst([results[1]]) is None
    assert worst([found["b"]]) is Severity.HIGH


def test_a_tree_is_the_same_whatever_its_order_and_another_for_every_difference() -> None:
    a, b = TREE.files
    assert tree_digest(TREE.model_copy(update={"files": (b, a), "commit": "other"})) == tree_digest(TREE)
    for changed in (
        {"files": (a,)},
        {"files": (a, b.model_copy(update={"blob": "3"}))},
        {"files": (a, b.model_copy(update={"mode": "100755"}))},
        {"cut": "GitHub cut the listing"},
    ):
        assert tree_digest(TREE.model_copy(update=changed)) != tree_digest(TREE)


def test_rules_are_others_with_another_check_or_tool() -> None:
    known = reuse.rules_digest([Says("a")], {"ruff": "1"})
    assert known == reuse.rules_digest([Says("a")], {"ruff": "1"})
    assert known != reuse.rules_digest([Says("a"), Says("b")], {"ruff": "1"})
    assert known != reuse.rules_digest([Says("a")], {"ruff": "2"})


def test_rules_are_the_same_in_every_process() -> None:
    program = (
        "from fusion.checks.registry import builtin; from fusion.scanning.reuse import rules_digest; "
        "print(rules_digest(builtin(), {}))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_evidence_of_a_tool_that_failed_is_not_kept() -> None:
    runs = {outcome: ToolRun(tool="t", outcome=outcome) for outcome in Outcome}
    kept = {outcome for outcome, run in runs.items() if lasting([run])}
    assert kept == {Outcome.OK, Outcome.SKIPPED, Outcome.CUT}
