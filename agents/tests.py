"""Tests: whether the change is guarded, and whether it left the guards as strong as they were.

Compares both sides of changed files, and reads the tests at head, changed or not. It says when

* functions of production code behave differently, or are new and public, and no test names them (one finding per file, with
  the file where the test likely belongs). Comments, docstrings, layout, type hints, log calls, local names, and functions that
  only moved or got another name are no change of behaviour. A function counts as tested when a test names it, when a tested
  function of the change calls it, when the change touches the tests of its file, or when its route stands in a test;
* tests were removed whose subject is still there, or check less than before, or no longer compare a value (Python,
  JavaScript, TypeScript, Go, Java, Rust);
* tests are switched off, expected to fail or focused; assertions cannot fail; new tests assert nothing.

It follows names and runs nothing, so it never says that a test covers a line. Where it knows no test at all it does not ask
for any. Only tests that belong to the change, or that were handed over as its context, are known to it.

Where a model may be asked, it names the case that no test would notice, and drafts the test (`tests.md`). Nobody has run it.
It asks for one test of a part at most, of a line of production code that the change touches, where tests are shown and none of
them is that test; not for what is rare, and not where it doubts. Drafts stand in the summary, never on a line.
"""

from __future__ import annotations

from collections.abc import Sequence

from agents.advice import told
from agents.anchoring import Anchor
from agents.checks.switched_off_tests import switched_off as switched_off_tests
from agents.checks.switched_off_tests import vacuous
from agents.checks.untested import untested
from agents.checks.weakened_tests import weakened
from agents.reasoned import Reasoned
from agents.replies import Claim
from fusion.agent import Case, Skip
from fusion.changes.roles import is_example, is_test, is_test_code
from fusion.changes.selection import is_code
from fusion.model import AgentTask, Brief, Category, Passage
from fusion.reading.comparison import compare, context_texts
from fusion.reading.observation import Sources, brought, witnessed
from fusion.syntax import language

_MISSING = "untested-case"
_TELLING = 8
"""Characters from which on a line of a draft says something."""


class Tests(Reasoned):
    """The tests agent."""

    __test__ = False
    name = "tests"
    prompt_name = "tests"
    places = frozenset({"change", "test"})
    drafts = True
    replaces = False
    reads_trees = False
    once = frozenset({_MISSING})

    def without_model(self, case: Case) -> Sequence[AgentTask] | Skip:
        """One task: changed behaviour held against the tests, and the tests against what they were."""
        if case.change.whole_tree:
            return Skip("a whole tree has no earlier behaviour to compare with")
        compared = compare(case.change, case.contents, case.policy)
        evidence = [item for item in case.evidence if item.category is Category.TESTS]
        read = [item.path for item in compared.files if language(item.path) is not None]
        if not read and not evidence:
            return Skip("no source file changed")
        context = context_texts(case.contents)
        observations = [
            *untested(compared.files, context),
            *weakened(compared.files, context),
            *brought(switched_off_tests, compared.files),
            *brought(vacuous, compared.files),
        ]
        findings = (
            *(told(self.name, item) for item in evidence),
            *witnessed(self.name, observations, Sources(compared.files, context), case.change.provenance),
        )
        unread = [item for item in compared.unread if language(item.path) is not None]
        return [self.task(findings, read=(*read, *(path for path in context if is_test_code(path))), unread=unread)]

    def wants(self, path: str) -> bool:
        """Source and its tests."""
        return is_code(path) and not is_example(path)

    def unfit(self, brief: Brief, claim: Claim, place: Anchor) -> str:
        """A test that is asked for has to be worth its reader's time; what is said of the tests that there are, is."""
        if claim.kind != _MISSING:
            return ""
        shown = {line.lstrip("+ \t") for passage in brief.passages if _is_test(passage) for line in passage.text.split("\n")}
        draft = [line.strip() for line in claim.suggestion.split("\n") if len(line.strip()) >= _TELLING]
        if not shown:
            return "that ask for a test where none is shown"
        if is_test(place.location.path) or not place.is_changed:
            return "that ask for a test of what the change does not touch"
        if not draft:
            return "that ask for a test and draft none"
        if all(line in shown for line in draft):
            return "that draft a test that is there"
        if claim.severity == "low" or claim.confidence != "high":
            return "that ask for a test of a rare case, or doubt that it is missing"
        return ""


def _is_test(passage: Passage) -> bool:
    return passage.kind == "test" or (passage.kind == "change" and is_test(passage.path))
