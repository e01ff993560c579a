"""Issues that follow a scan: which to open, write anew, close and open again. Pure, but for `keep`, which does it.

An issue is known by the signed marker in its last line, so that none is opened twice. It is closed when its check passes or
what fails is accepted, never because nobody could look. One that a person has closed stays closed until something is added to
what it tells of; that its check has passed in between counts, so that what comes back is told again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from fusion.check import About, Check
from fusion.model.compliance import CheckResult, Scan, ScanException, Status
from fusion.model.posture import Basics, Posture
from fusion.policy import Policy
from fusion.ports import Place
from fusion.ports.compliance import Issue, Issues
from fusion.publishing.markers import Marks
from fusion.scanning.issue_text import Known, Topic, body, gravest, known, name_of, opened, print_of, relisted, title

LABEL = "fusion-compliance"
"""Ours bear it."""
_OURS = "fusion-"
ALL = "all:checks"
"""Key of the one issue about all checks; no check is called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Open an issue, unless one with its marker is open by now."""

    title: str
    body: str
    labels: tuple[str, ...]
    marker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Write an issue anew, in place."""

    number: int
    title: str
    body: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Close an issue or open it again, with a comment that says why."""

    number: int
    to: Literal["closed", "open"]
    comment: str


Action: TypeAlias = Open | Update | Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do, in this order, and what a reader of the scan should know."""

    actions: tuple[Action, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Numbers of the issues that were touched, in order; one that was written anew and turned is among the turned."""

    opened: tuple[int, ...] = ()
    updated: tuple[int, ...] = ()
    closed: tuple[int, ...] = ()
    reopened: tuple[int, ...] = ()

    @property
    def told(self) -> str:
        """What was done, a sentence."""
        done = {"opened": self.opened, "opened again": self.reopened, "updated": self.updated, "closed": self.closed}
        parts = [f"{word} {', '.join(f'#{number}' for number in numbers)}" for word, numbers in done.items() if numbers]
        return f"Issues: {'; '.join(parts) or 'nothing was to be changed'}."


def plan(scan: Scan, policy: Policy, ours: Sequence[Issue], checks: Iterable[Check], *, keys: Sequence[bytes]) -> Plan:
    """What follows from a scan for the issues of its repository. `keys`: the first signs markers, all are known again."""
    if policy.scans.issues == "none":
        return Plan()
    if why := _hindrance(scan, keys):
        return Plan(notes=(f"No issues were kept: {why}",))
    marks = _marks(scan, keys)
    found: dict[str, list[Issue]] = {}
    for issue in sorted(ours, key=lambda one: one.number):
        if key := _key(issue, marks):
            found.setdefault(key, []).append(issue)
    planning = _Planning(scan, policy, {check.about.id: check.about for check in checks}, marks[0])
    topics = planning.topics(found)
    actions: list[Action] = []
    notes: list[str] = []
    for key in [*found, *(key for key in topics if key not in found)]:
        made, said = planning.kept(key, topics.get(key), found.get(key, []))
        actions += made
        notes += said
    return Plan(actions=tuple(actions), notes=tuple(notes))


async def keep(issues: Issues, place: Place, actions: Sequence[Action]) -> Kept:
    """Do it all, and say what was done. Doing the same again changes nothing.

    Raises as the port does, after which whoever asks again begins anew.
    """
    there: dict[str, int] = {}
    if any(isinstance(one, Open) for one in actions):
        there = {issue.marker: issue.number for issue in await issues.ours(place) if issue.marker and issue.state == "open"}
    opened: list[int] = []
    updated: list[int] = []
    turned: dict[int, str] = {}
    for one in actions:
        match one:
            case Open():
                number = there.get(one.marker, 0)
                if number:
                    await issues.update(place, number, title=one.title, body=one.body, labels=one.labels)
                    updated.append(number)
                else:
                    opened.append(await issues.open(place, title=one.title, body=one.body, labels=one.labels))
            case Update():
                await issues.update(place, one.number, title=one.title, body=one.body, labels=one.labels)
                updated.append(one.number)
            case Turn(to="closed"):
                await issues.close(place, one.number, comment=one.comment)
                turned[one.number] = one.to
            case Turn():
                await issues.reopen(place, one.number, comment=one.comment)
                turned[one.number] = one.to
    return Kept(
        opened=tuple(opened),
        updated=tuple(number for number in dict.fromkeys(updated) if number not in turned),
        closed=tuple(number for number, to in turned.items() if to == "closed"),
        reopened=tuple(number for number, to in turned.items() if to == "open"),
    )


class _Planning:
    """One scan against the issues that there are."""

    def __init__(self, scan: Scan, policy: Policy, abouts: Mapping[str, About], marks: Marks) -> None:
        self._scan = scan
        self._policy = policy
        self._abouts = abouts
        self._marks = marks
        self._results = {name_of(one.check): one for one in scan.results}
        self._exceptions = {one.id: one for one in scan.exceptions}

    def topics(self, found: Mapping[str, Sequence[Issue]]) -> dict[str, Topic]:
        """What there are to be issues about, by key."""
        failing = [one for one in self._results.values() if self._fails(one)]
        if self._policy.scans.issues == "each":
            return {name_of(one.check): Topic(key=name_of(one.check), failed=(one,)) for one in failing}
        before = known(_first(found[ALL]).body) if ALL in found and _first(found[ALL]).state == "open" else Known()
        unseen = {check: prints for check, prints in before.by_check.items() if self._unseen(check)}
        return {ALL: Topic(key=ALL, failed=tuple(failing), unseen=unseen)} if failing or unseen else {}

    def kept(self, key: str, topic: Topic | None, there: Sequence[Issue]) -> tuple[list[Action], list[str]]:
        """What to do about one key, and notes."""
        actions: list[Action] = []
        notes: list[str] = []
        if not there:
            return ([self._opened(topic)] if topic is not None else []), []
        first = _first(there)
        for other in there:
            if other is not first and other.state == "open":
                actions.append(Turn(number=other.number, to="closed", comment=f"The same stands in #{first.number}."))
        if topic is not None:
            made, said = self._told(topic, first)
            return [*actions, *made, *self._shortened(one for one in there if one is not first or not made)], said
        why = self._settled(key)
        if why and first.state == "open":
            actions.append(Turn(number=first.number, to="closed", comment=why))
        return [*actions, *self._shortened(there)], notes

    def _told(self, topic: Topic, issue: Issue) -> tuple[list[Action], list[str]]:
        wanted = self._opened(topic)
        update = Update(number=issue.number, title=wanted.title, body=wanted.body, labels=wanted.labels)
        if issue.state == "open":
            return ([] if _says(issue, wanted) else [update]), []
        if _by_people(issue):
            added = known(issue.body).added(topic.known())
            if not added:
                return [], [f"Issue #{issue.number} was closed by a person and stays closed: nothing was added since."]
            again = f"Opened again: {added:,} {'deviation was' if added == 1 else 'deviations were'} added since it was closed."
        else:
            again = f"Opened again: it fails again at {self._at()}."
        turned = Turn(number=issue.number, to="open", comment=again)
        # The text goes first: a reader of the news that it is open again finds in it what is new.
        return [*([] if _says(issue, wanted) else [update]), turned], []

    def _shortened(self, there: Iterable[Issue]) -> Iterator[Update]:
        """What people have closed forgets what is gone: if that comes back, it is news also to whoever has closed it."""
        for issue in there:
            before = known(issue.body)
            after = {check: self._still(check, prints) for check, prints in before.by_check.items()}
            left = Known(by_check={check: prints for check, prints in after.items() if prints}, upto=before.upto)
            if _by_people(issue) and left != before:
                labels = tuple(one for one in issue.labels if one.startswith(_OURS))
                yield Update(number=issue.number, title=issue.title, body=relisted(issue.body, left), labels=labels)

    def _still(self, name: str, prints: frozenset[str]) -> frozenset[str]:
        if self._unseen(name):
            return prints
        return prints.intersection(print_of(one) for one in opened(self._results[name]))

    def _opened(self, topic: Topic) -> Open:
        marker = self._marks.write("issue", topic.key)
        worst = max((gravest(one, self._abouts.get(one.check)) for one in topic.failed), key=lambda one: one.rank, default=None)
        labels = (LABEL, f"{_OURS}{worst}") if worst else (LABEL,)
        return Open(title=title(topic, self._abouts), body=body(topic, self._abouts, marker), labels=labels, marker=marker)

    def _fails(self, result: CheckResult) -> bool:
        if result.status is not Status.FAILED or result.is_accepted:
            return False
        return gravest(result, self._abouts.get(result.check)).rank >= self._policy.scans.issue_floor.rank

    def _unseen(self, name: str) -> bool:
        found = self._results.get(name)
        return found is None or found.status is Status.NOT_ASSESSED

    def _settled(self, key: str) -> str:
        """Why an issue is no longer needed, as the comment that closes it; empty: nobody knows whether it is."""
        mode = self._policy.scans.issues
        if key == ALL:
            if mode == "each":
                return "The policy wants an issue for each check (`scans.issues: each`)."
            return f"Nothing that was told here is open any more at {self._at()}."
        if mode == "one":
            return "The policy wants one issue about all checks (`scans.issues: one`)."
        found = self._results.get(key)
        if found is None or found.status is Status.NOT_ASSESSED:
            return ""
        if found.status is Status.PASSED:
            return f"The check passes at {self._at()}."
        if found.status is Status.NOT_APPLICABLE:
            return f"There is nothing here any more that the check is about, at {self._at()}."
        if found.is_accepted:
            return self._accepted(found)
        return f"What is left is below the severity for which the policy wants issues ({self._policy.scans.issue_floor})."

    def _accepted(self, result: CheckResult) -> str:
        ids = dict.fromkeys(one.accepted for one in result.deviations)
        accepting: list[ScanException] = [self._exceptions[one] for one in ids if one in self._exceptions]
        until = min((one.expires for one in accepting), default=None)
        return (
            f"All that fails is accepted{f' until {until}' if until else ' for a time'}; the report of the scan says by whom."
        )

    def _at(self) -> str:
        commit = self._scan.commit[:7]
        return f"`{commit}`" if commit.isalnum() else "the newest commit"


def _hindrance(scan: Scan, keys: Sequence[bytes]) -> str:
    """Why no issues can be kept, a sentence; empty: they can."""
    if scan.status == "archived":
        return "The repository is archived, and takes none."
    if scan.status != "scanned":
        return f"There is no complete scan ({scan.status})."
    basics = scan.posture.basics if isinstance(scan.posture, Posture) else None
    if not isinstance(basics, Basics):
        return "It is not known whether the repository takes any."
    if basics.archived or basics.disabled:
        return f"The repository is {'archived' if basics.archived else 'disabled'}, and takes none."
    if not basics.issues:
        return "Issues are switched off in the repository: switch them on, or set `scans.issues: none`."
    return "" if keys and all(keys) else "This host has no key to sign them with (FUSION_WEBHOOK_SECRET)."


def _marks(scan: Scan, keys: Sequence[bytes]) -> tuple[Marks, ...]:
    """Signatures are for the repository's number where that is known: its name may change, and its issues stay."""
    number = scan.posture.repository_id if isinstance(scan.posture, Posture) else 0
    named = Marks(keys, scan.repository, 0)
    return (Marks(keys, f"repository-{number}", 0), named) if number else (named,)


def _key(issue: Issue, marks: Iterable[Marks]) -> str:
    for one in marks:
        mark = one.read_body(issue.body.replace("\r\n", "\n"), ours=True)
        if mark is not None and mark.kind == "issue":
            return mark.key
    return ""


def _first(there: Sequence[Issue]) -> Issue:
    """The oldest one that is open, else the oldest; they are sorted."""
    return next((one for one in there if one.state == "open"), there[0])


def _by_people(issue: Issue) -> bool:
    return issue.state == "closed" and not issue.closed_by_us


def _says(issue: Issue, wanted: Open) -> bool:
    plain = issue.body.replace("\r\n", "\n").rstrip()
    labels = {one for one in issue.labels if one.startswith(_OURS)}
    return issue.title == wanted.title and plain == wanted.body.rstrip() and labels == set(wanted.labels)
