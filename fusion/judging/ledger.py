"""The ledger: the life of a finding across the pushes of one branch or pull request.

One ledger per subject. `fusion.judging.reconcile` compares it with what a review found; here is what it holds, how it is
written after a review, and how a person dismisses an entry. Everything is a value: a ledger is read from the Store and a new
one is written back under its ETag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from pydantic import field_validator

from fusion.errors import UserError
from fusion.judging.ids import ambiguous, fitting, identified
from fusion.model import SCHEMA_VERSION, Disposition, Finding, Location, Placement, Record, Severity, State

DISMISSED = frozenset({State.WONT_FIX, State.INCORRECT, State.DUPLICATE})
"""What a person said no to; it stays so when the finding comes again."""
MOST = 5_000
"""Entries of one ledger; the oldest that are settled go first."""
_SNIPPET = 1_000
"""Characters of a snippet that are kept."""
_SHORTEST_PREFIX = 4


class Seen(Record):
    """When a finding was seen: at which head, and when that was reviewed."""

    commit: str = ""
    at: datetime | None = None


class LedgerEntry(Record):
    """One finding through time. `finding` is its last sighting, without fixes and traces."""

    id: str = ""
    """32 hex digits that it keeps for life, whatever becomes of its code, its file or its fingerprint. A `Ledger` gives an
    entry without one its id."""
    finding: Finding
    also: tuple[str, ...] = ()
    """Fingerprints of its other witnesses: one of them may be the only one next time."""
    base: str = ""
    """The change's base commit when it was last seen."""
    base_path: str = ""
    """The file's path on that base; paths are matched through it when the head's was renamed again."""
    in_change: bool = True
    """The change touched its file; a finding may also lie in documentation that the change should have touched."""
    first_seen: Seen = Seen()
    last_seen: Seen = Seen()
    shown: Placement = Placement.HIDDEN
    """The best place where people have seen it."""
    said: Location | None = None
    """The line that carries its comment, when it was said inline."""
    disposition: Disposition = Disposition()
    heard: tuple[str, ...] = ()
    """What people have said about it in the conversation and what is learnt already (`fusion.publishing.learn`)."""

    @property
    def fingerprint(self) -> str:
        """Its fingerprint as last seen."""
        return self.finding.fingerprint

    @property
    def family(self) -> str:
        """Kind of flaw."""
        return self.finding.family

    @property
    def path(self) -> str:
        """Its file as last seen."""
        return self.finding.location.path

    @property
    def symbol(self) -> str:
        """Enclosing symbol as last seen."""
        return self.finding.symbol

    @property
    def line(self) -> str:
        """The text of its first line as last seen."""
        return self.finding.snippet.partition("\n")[0]

    @property
    def title(self) -> str:
        """What it was called."""
        return self.finding.title

    @property
    def severity(self) -> Severity:
        """How bad it was as last seen."""
        return self.finding.severity

    @property
    def stands(self) -> bool:
        """Whether it is neither addressed nor dismissed."""
        return self.disposition.state in (State.OPEN, State.CARRIED, State.STALE)


class Ledger(Record):
    """The entries of one subject, ordered by path, line and fingerprint."""

    schema_version: int = SCHEMA_VERSION
    entries: tuple[LedgerEntry, ...] = ()

    @field_validator("entries")
    @classmethod
    def _named(cls, entries: tuple[LedgerEntry, ...]) -> tuple[LedgerEntry, ...]:
        """Ids for entries and findings without one: new ones, and those of ledgers that were written before there were ids."""
        if not all(entry.finding.id for entry in entries):
            findings = identified([entry.finding for entry in entries])
            entries = tuple(
                entry.model_copy(update={"finding": finding}) for entry, finding in zip(entries, findings, strict=True)
            )
        if all(entry.id for entry in entries):
            return entries
        taken = {entry.id for entry in entries if entry.id}
        return tuple(entry if entry.id else entry.model_copy(update={"id": _id(entry, taken)}) for entry in entries)


def _id(entry: LedgerEntry, taken: set[str]) -> str:
    """A digest of where the entry was first seen, and of a number where others have the same; it is added to `taken`."""
    what = "\0".join([entry.fingerprint, entry.path, entry.first_seen.commit])
    number = 0
    while (found := sha256(f"{what}\0{number}".encode("utf-8", "surrogatepass")).hexdigest()[:32]) in taken:
        number += 1
    taken.add(found)
    return found


def unsettled(ledger: Ledger) -> Ledger:
    """The ledger without what reviews have settled by themselves: a full review looks for it anew. People's word stays."""
    return ledger.model_copy(
        update={"entries": tuple(entry for entry in ledger.entries if entry.disposition.state is not State.ADDRESSED)}
    )


def entry_of(ledger: Ledger, finding: Finding) -> LedgerEntry | None:
    """The entry of one of a review's findings, in the ledger that was written with that review."""
    return finder(ledger)(finding)


def finder(ledger: Ledger) -> Callable[[Finding], LedgerEntry | None]:
    """`entry_of` for many findings of one ledger."""
    places: dict[tuple[str, str], list[LedgerEntry]] = {}
    for entry in ledger.entries:
        places.setdefault((entry.fingerprint, entry.path), []).append(entry)

    def find(finding: Finding) -> LedgerEntry | None:
        found = places.get((finding.fingerprint, finding.location.path), ())
        line = finding.location.line
        return min(found, key=lambda entry: abs(entry.finding.location.line - line), default=None)

    return find


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What a review did to one entry: the finding as it was placed (None: not seen), and the disposition it has now."""

    before: LedgerEntry | None
    finding: Finding | None
    disposition: Disposition
    base_path: str = ""
    in_change: bool = True


def written(updates: Iterable[Update], *, head: str, base: str, at: datetime | None) -> Ledger:
    """The ledger after a review: one entry per update."""
    now = Seen(commit=head, at=at)
    entries = sorted((_entry(update, now, base) for update in updates), key=_order)
    if len(entries) > MOST:
        # Settled entries go first, then the ones not seen for longest.
        kept = sorted(entries, key=lambda entry: (not entry.stands, -_time(entry)))[:MOST]
        entries = sorted(kept, key=_order)
    return Ledger(entries=tuple(entries))


def also(finding: Finding) -> tuple[str, ...]:
    """Other fingerprints by which a finding is known: those of its witnesses, and of other agents' opinions of the same."""
    known = {evidence.fingerprint for evidence in finding.evidence}
    known |= {echo.fingerprint for echo in finding.echoes if not echo.draft}
    return tuple(sorted(known - {finding.fingerprint}))


def _entry(update: Update, now: Seen, base: str) -> LedgerEntry:
    before, finding = update.before, update.finding
    if finding is None:
        if before is None:
            raise ValueError("an update needs an entry or a finding")
        return before.model_copy(update={"disposition": update.disposition})
    reopened = before is not None and before.disposition.state is State.ADDRESSED
    shown = finding.placement if before is None or reopened else min(before.shown, finding.placement, key=_visibility)
    said = finding.location if finding.placement is Placement.INLINE else before.said if before and not reopened else None
    return LedgerEntry(
        id=before.id if before else "",
        finding=_slim(finding),
        also=also(finding),
        base=base,
        base_path=update.base_path,
        in_change=update.in_change,
        first_seen=before.first_seen if before else now,
        last_seen=now,
        shown=shown,
        said=said,
        disposition=update.disposition,
        heard=before.heard if before else (),
    )


def _slim(finding: Finding) -> Finding:
    """What the next review needs of a finding; fixes and traces are in the review's own record."""
    evidence = tuple(
        item.model_copy(update={"fix": None, "trace": (), "snippet": item.snippet[:_SNIPPET]}) for item in finding.evidence
    )
    return finding.model_copy(update={"fix": None, "evidence": evidence, "snippet": finding.snippet[:_SNIPPET]})


def _visibility(placement: Placement) -> int:
    return list(Placement).index(placement)


def _order(entry: LedgerEntry) -> tuple[str, int, str, str]:
    return entry.path, entry.finding.location.line, entry.fingerprint, entry.finding.model_dump_json()


def _time(entry: LedgerEntry) -> float:
    return entry.last_seen.at.timestamp() if entry.last_seen.at else 0.0


def changed(before: Ledger, after: Ledger) -> Iterator[LedgerEntry]:
    """The entries of `after` that are new, or of which something else has become than in `before`."""
    known = {entry.id: entry.disposition.state for entry in before.entries}
    return (entry for entry in after.entries if known.get(entry.id) is not entry.disposition.state)


RESOLVED = "resolved the thread"
"""How a dismissal is known that nobody put into words: code that was fixed at the same time outranks it."""


def dismiss(
    ledger: Ledger, prefix: str, state: State, *, by: str, how: str, at: datetime | None, path: str = ""
) -> tuple[Ledger, LedgerEntry]:
    """The ledger with one entry dismissed (won't fix, incorrect, duplicate) or open again, and that entry.

    `prefix` is the beginning of a finding's id, at least four hex digits; `path` chooses where those of several files fit.
    Raises UserError when no entry or more than one fits, or the state is not one that a person can set.
    """
    if state not in DISMISSED | {State.OPEN}:
        allowed = ", ".join(sorted(item.value for item in DISMISSED | {State.OPEN}))
        raise UserError(f"A finding cannot be set to {state.value}; the states are {allowed}.")
    wanted = prefix.strip().lower()
    if len(wanted) < _SHORTEST_PREFIX:
        raise UserError(f"Give at least {_SHORTEST_PREFIX} characters of the id, not {prefix!r}.")
    found = entry_named(ledger, wanted, path=path)
    disposition = Disposition(state=state, by=by, how=how, at=at)
    dismissed = found.model_copy(update={"disposition": disposition})
    entries = tuple(dismissed if entry is found else entry for entry in ledger.entries)
    return ledger.model_copy(update={"entries": entries}), dismissed


def entry_named(ledger: Ledger, typed: str, *, path: str = "") -> LedgerEntry:
    """The entry that somebody means by the beginning of an id. Raises UserError where none or more than one fits."""
    here = [entry for entry in ledger.entries if path in ("", entry.path)]
    found = fitting(typed, here, lambda entry: entry.finding)
    if not found:
        where = f" in {path}" if path else ""
        raise UserError(f"No finding{where} that was said here has an id that begins with {typed}.")
    if len(found) > 1:
        raise UserError(ambiguous(typed, [entry.finding for entry in found]))
    return found[0]
