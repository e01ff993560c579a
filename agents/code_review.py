"""Code review: mistakes, and code that the change made harder to maintain.

Looks at the correctness and maintainability evidence that the change brought, and at both sides of every changed file:

* markers of an unresolved merge (every text file);
* debugger stops left in (Python, JavaScript, TypeScript, Ruby);
* calls that fitted a function's old parameters and do not fit the new ones (Python: same file, or imported by name);
* dictionary keys given twice, and statements that can never run (Python).

Says that a function is complex or long only when the change added to it. Says nothing about style, about code that merely
moved, or about what was there before. A file counts as read by this agent when it is Python, JavaScript, TypeScript or Ruby:
looking for merge markers alone is not a review.

Where a model may be asked, it reads the change in parts and looks for what takes understanding: logic, boundaries, contracts
between caller and callee, concurrency, missing cases, errors that get lost, the life of resources (`code_review.md`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agents.advice import told
from agents.checks.arity import misfits
from agents.checks.growth import FAMILIES, made_worse
from agents.checks.leftovers import conflict_markers, debugger_stops
from agents.checks.slips import slips
from agents.reasoned import Reasoned
from fusion.agent import Case, Skip
from fusion.changes.selection import is_code
from fusion.model import AgentTask, Category, Evidence, Unread
from fusion.reading.comparison import Comparison, compare, context_texts
from fusion.reading.observation import Observation, Sources, brought, witnessed
from fusion.syntax import language, python_tree

_CATEGORIES = (Category.CORRECTNESS, Category.MAINTAINABILITY)
_READ = frozenset({"python", "javascript", "typescript", "tsx", "ruby"})


class CodeReview(Reasoned):
    """The code review agent."""

    name = "code-review"
    prompt_name = "code_review"

    def without_model(self, case: Case) -> Sequence[AgentTask] | Skip:
        """One task: findings from evidence and from comparing both sides."""
        compared = compare(case.change, case.contents, case.policy)
        context = context_texts(case.contents)
        by_path = {item.path: item for item in compared.files}
        evidence = [item for item in case.evidence if item.category in _CATEGORIES and _counts(item, by_path)]
        if not compared.files and not evidence:
            return Skip("no changed file that can be read as text")
        observations = [
            *brought(_own_checks, compared.files),
            *misfits(compared.files, context),
        ]
        findings = (
            *(told(self.name, item) for item in evidence),
            *witnessed(self.name, observations, Sources(compared.files, context), case.change.provenance),
        )
        unparsed = [_unparsed(item) for item in compared.files if _is_broken(item)]
        read = [item.path for item in compared.files if language(item.path) in _READ]
        return [self.task(findings, read=read, unread=(*_of_interest(compared.unread), *unparsed))]

    def wants(self, path: str) -> bool:
        """Code, whatever its language."""
        return is_code(path)


def _own_checks(item: Comparison) -> Iterator[Observation]:
    """What needs one file only; together, so that its tree is made once."""
    yield from conflict_markers(item)
    yield from debugger_stops(item)
    yield from slips(item)


def _counts(evidence: Evidence, by_path: dict[str, Comparison]) -> bool:
    item = by_path.get(evidence.location.path)
    return evidence.family not in FAMILIES or item is None or made_worse(item, evidence)


def _of_interest(unread: Sequence[Unread]) -> list[Unread]:
    return [item for item in unread if language(item.path) in _READ]


def _is_broken(item: Comparison) -> bool:
    return item.exists and language(item.path) == "python" and not python_tree.parses(item.after)


def _unparsed(item: Comparison) -> Unread:
    return Unread(path=item.path, reason="it does not parse as Python, so its functions were not compared")
