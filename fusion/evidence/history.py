"""Secrets in the history: the analyzer of secrets over every content that a file ever had, in batches, in the sandbox.

The versions of a file are looked at from the oldest on, and of each what no version before it held, with three lines around it;
the rest is blank, so that a place is where it was. So a history costs about what was written in it, and a secret is told once,
with the commit that brought it in. Of a secret nothing is shown that a review would not show.

What was read is remembered: a long history is read in several goes, and the next scan reads what came since.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from fusion.changes.patterns import spec as path_spec
from fusion.evidence.analyzer import Analyzer, Missing, Ready
from fusion.evidence.digests import rules_of
from fusion.evidence.encodings import as_utf8
from fusion.evidence.examiner import Examiner, Footing, Look
from fusion.evidence.pages import Pages
from fusion.evidence.passed_over import look_again
from fusion.evidence.records import record, sightings
from fusion.evidence.remembered import Remembered, Step, Trail, steps
from fusion.model import Evidence, Outcome, Provenance, ToolReport, ToolRun, Unread
from fusion.model.posture import Unknown
from fusion.policy import Policy
from fusion.ports.compliance import History, Past, Version

TOOL = "secrets-history"
"""Name on the receipt and on the evidence."""
LARGEST = 10_000_000
"""Bytes of a version that is looked at."""
_AROUND = 3
"""Lines shown around those that are new; and at the beginning, where some formats say what they are."""
_MOST_FOUND = 2_000
_MOST_UNREAD = 1_000
_MOST_READ = 20_000
"""Paths named on the receipt."""
_TOO_SHORT = 8
"""Bytes that cannot hold a secret."""
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much is done at once, and for how long."""

    loaded: int = 200
    """Versions that are loaded together."""
    files: int = 2_000
    """In one run of the analyzer; and bytes, so that it ends in time on a slow machine, too."""
    bytes: int = 5_000_000
    seconds: float = 200.0
    """Of wall time in one go, beside listing the history and what the last run takes."""


def skipped(reason: str) -> ToolReport:
    """The receipt of a history that was not read."""
    return ToolReport(run=ToolRun(tool=TOOL, outcome=Outcome.SKIPPED, reason=reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedBack:
    """What came of one go."""

    report: ToolReport
    """On all that was read up to now."""
    read: Remembered = field(default_factory=Remembered)
    """What the next go, or the next scan, need not read again."""
    further: bool = False
    """Another go would read more."""


@dataclass(slots=True)
class _Seen:
    """What was found and read so far."""

    found: dict[tuple[str, str, str], Evidence] = field(default_factory=dict)
    """By path, rule and fingerprint."""
    unread: list[Unread] = field(default_factory=list)
    blobs: dict[str, list[str]] = field(default_factory=dict)
    """What was read, by path."""
    no_text: set[str] = field(default_factory=set)
    spoilt: set[str] = field(default_factory=set)
    """Paths of which a version could not be read, and that are read again next time."""
    hits: int = 0
    version: str = ""
    """Of the tool, and the digest of its rules, where whoever looked says so."""
    rules: str = ""
    isolation: dict[str, None] = field(default_factory=dict)
    """Each that was in force for one of the looks."""
    failures: list[tuple[Outcome, str]] = field(default_factory=list)

    @classmethod
    def after(cls, trails: Mapping[str, Trail]) -> _Seen:
        """What was read and found in earlier goes."""
        seen = cls(blobs={path: list(trail.blobs) for path, trail in trails.items()})
        for path, trail in trails.items():
            seen.found |= {(path, one.rule, one.fingerprint): one for one in trail.evidence}
            if trail.no_text:
                seen.no_text.add(path)
        seen.hits = len(seen.found)
        return seen

    def read(self, version: Version) -> None:
        """Count a version as read."""
        self.blobs.setdefault(version.path, []).append(version.blob)

    def miss(self, version: Version, reason: str) -> None:
        """Say that a version was not read."""
        self.unread.append(_unread(version, reason))
        self.spoilt.add(version.path)

    @property
    def versions(self) -> int:
        """How many were read."""
        return sum(map(len, self.blobs.values()))

    def remembered(self, rules: str) -> Remembered:
        """What counts the next time."""
        evidence: dict[str, list[Evidence]] = {}
        for (path, _, _), one in self.found.items():
            evidence.setdefault(path, []).append(one)
        kept = {path: blobs for path, blobs in self.blobs.items() if path not in self.spoilt}
        trails = (
            Trail(path=path, blobs=tuple(kept[path]), evidence=tuple(evidence.get(path, ())), no_text=path in self.no_text)
            for path in sorted(kept)
        )
        return Remembered(rules=rules, trails=tuple(trails))


async def look_back(
    analyzer: Analyzer,
    history: History,
    *,
    policy: Policy,
    examiner: Examiner,
    provenance: Provenance,
    known: Remembered = Remembered(),  # noqa: B008 - frozen
    pace: Pace = Pace(),
) -> LookedBack:
    """One go at a history from what is `known` on: evidence of secrets, and the receipt.

    Raises what reading the history raises; nothing that the analyzer does raises.
    """
    if not policy.analyzers.get(analyzer.name, True):
        return LookedBack(report=skipped("switched off by policy"), read=known)
    if not examiner.network_cut and not analyzer.parse_only:
        why = "the network cannot be cut off here, and it does more than parse what it reads"
        return LookedBack(report=skipped(why), read=known)
    ready = examiner.locate(analyzer)
    if isinstance(ready, Missing):
        return LookedBack(report=skipped(ready.reason), read=known)
    past = await history.past()
    if isinstance(past, Unknown):
        return LookedBack(report=skipped(past.why), read=known)
    started, cut = time.monotonic(), [past.cut] if past.cut else []
    digest = rules_of(analyzer)
    footing = await examiner.footing(analyzer)
    # Where nobody can say what is current, the goes of one scan still count for each other.
    rules = f"{footing.version} {footing.rules} {footing.isolation}" if isinstance(footing, Footing) else f"? {provenance.run}"
    stamp = provenance.model_copy(update={"tool": f"{TOOL} {ready.version}".strip(), "rules": digest})
    limit = min(analyzer.timeout, policy.caps.tool_seconds)
    wanted, large = _wanted(past, policy)
    trails = known.of(wanted, rules)
    seen = _Seen.after(trails)
    seen.unread += [_unread(version, f"larger than {LARGEST:,} bytes") for version in large]
    before, stopped = seen.versions, False
    async for batch in _batches(analyzer, history, steps(wanted, trails), seen, pace):
        await _look(analyzer, ready, batch, examiner, stamp, limit, seen)
        if len(seen.found) > _MOST_FOUND:
            cut.append(f"more than {_MOST_FOUND:,} secrets were found, and the rest was not read")
            break
        if stopped := not batch.last and time.monotonic() - started > pace.seconds:
            cut.append(f"{seen.versions:,} of {len(wanted):,} versions have been read by now; the next scan goes on from there")
            break
    seconds = time.monotonic() - started
    isolation = "; ".join(seen.isolation) or examiner.isolation
    report = _report(seen, past, ready, cut, isolation=isolation, digest=digest, seconds=seconds)
    if seen.versions > before and isinstance(footing, Footing) and not footing.carries(report.run):
        rules = f"? {provenance.run}"
    read = seen.remembered(rules)
    return LookedBack(report=report, read=read, further=stopped and read.versions > before)


def _wanted(past: Past, policy: Policy) -> tuple[list[Version], list[Version]]:
    """The versions to look at, whatever their names, and those that are too large. What policy ignores, nobody reads."""
    ignored = path_spec(policy.ignore)
    wanted: list[Version] = []
    large: list[Version] = []
    for version in past.versions:
        if not ignored.match_file(version.path):
            (large if version.size > LARGEST else wanted).append(version)
    return wanted, large


@dataclass(slots=True)
class _Batch:
    """Versions by their place in the scratch copy: whole, and what is new in them."""

    versions: dict[str, Version] = field(default_factory=dict)
    whole: dict[str, bytes] = field(default_factory=dict)
    fresh: dict[str, bytes] = field(default_factory=dict)
    size: int = 0
    last: bool = False
    """There is none after it."""


async def _batches(
    analyzer: Analyzer, history: History, ordered: Sequence[Step], seen: _Seen, pace: Pace
) -> AsyncIterator[_Batch]:
    """Versions with something new, as much together as one run looks at; the others are read already."""
    batch, path, known = _Batch(), "", set[bytes]()
    for at in range(0, len(ordered), pace.loaded):
        part = ordered[at : at + pace.loaded]
        contents = await history.contents({step.version.blob for step in part})
        for number, step in enumerate(part, at + 1):
            version = step.version
            if version.path != path:
                path, known = version.path, set()
            data = contents.get(version.blob)
            if data is None:
                seen.miss(version, "it could not be read from the clone")
                continue
            data = as_utf8(data)
            text = _is_text(analyzer, version.path, data)
            if step.known:
                # It was looked at before: its lines are no news.
                if text:
                    new_lines(data, known)
            elif not text:
                seen.read(version)
                if len(data) > _TOO_SHORT:
                    seen.no_text.add(version.path)
            elif not (fresh := new_lines(data, known)):
                seen.read(version)
            else:
                place = _place(version)
                batch.versions[place], batch.whole[place], batch.fresh[place] = version, data, fresh
                batch.size += len(fresh)
            if len(batch.fresh) >= pace.files or batch.size >= pace.bytes:
                batch.last = number == len(ordered)
                yield batch
                batch = _Batch()
    if batch.fresh:
        batch.last = True
        yield batch


def _is_text(analyzer: Analyzer, path: str, data: bytes) -> bool:
    of_tree = getattr(analyzer, "wants_of_tree", None)
    return analyzer.wants(path, data) if of_tree is None else bool(of_tree(data))


def new_lines(data: bytes, known: set[bytes]) -> bytes:
    """The lines that are not `known`, with some around them, the rest blank; empty: there are none. They become `known`."""
    lines = data.split(b"\n")
    marks = [hashlib.blake2b(line.strip(), digest_size=12).digest() if line.strip() else b"" for line in lines]
    new = [number for number, mark in enumerate(marks) if mark and mark not in known]
    if not new:
        return b""
    if not known:
        known.update(marks)
        return data
    known.update(marks)
    kept = set(range(min(_AROUND, len(lines))))
    for number in new:
        kept.update(range(max(0, number - _AROUND), min(len(lines), number + _AROUND + 1)))
    return b"\n".join(line if number in kept else b"" for number, line in enumerate(lines))


async def _look(
    analyzer: Analyzer, ready: Ready, batch: _Batch, examiner: Examiner, stamp: Provenance, seconds: float, seen: _Seen
) -> None:
    look = await examiner.examine(analyzer, ready, batch.fresh, seconds=seconds)
    look = await look_again(analyzer, ready, batch.fresh, look, examiner=examiner, seconds=seconds)
    _note(analyzer, ready, batch, look, stamp, seen)


def _note(analyzer: Analyzer, ready: Ready, batch: _Batch, look: Look, stamp: Provenance, seen: _Seen) -> None:
    for place in look.read:
        seen.read(batch.versions[place])
    for missed in look.unread:
        seen.miss(batch.versions[missed.path], missed.reason)
    seen.hits += len(look.hits)
    seen.version, seen.rules = look.version or seen.version, look.rules or seen.rules
    seen.isolation |= {look.isolation: None} if look.isolation else {}
    tool_version = seen.version or ready.version
    if seen.version or seen.rules:
        stamp = stamp.model_copy(update={"tool": f"{TOOL} {tool_version}".strip(), "rules": seen.rules or stamp.rules})
    if look.outcome is not Outcome.OK:
        seen.failures.append((look.outcome, look.reason))
    pages = Pages(batch.whole)
    for sighting in sightings(analyzer.name, look.hits, pages):
        version = batch.versions[sighting.hit.location.path]
        one = _told(record(analyzer.name, tool_version, sighting, pages, stamp), version)
        seen.found.setdefault((one.location.path, one.rule, one.fingerprint), one)


def _place(version: Version) -> str:
    """A path of its own for a version: the folder above its file is new, so that names and outer folders say what they said."""
    folders, slash, name = version.path.rpartition("/")
    return f"{folders}{slash}{version.blob}/{name}"


def _told(evidence: Evidence, version: Version) -> Evidence:
    return evidence.model_copy(
        update={
            "tool": TOOL,
            "message": f"In commit {version.commit[:12]}: {evidence.message}",
            "location": evidence.location.model_copy(update={"path": version.path}),
            "symbol": "",
        }
    )


def _unread(version: Version, reason: str) -> Unread:
    return Unread(path=version.path, reason=f"in commit {version.commit[:12]}: {reason}")


def _report(
    seen: _Seen, past: Past, ready: Ready, cut: Sequence[str], *, isolation: str, digest: str, seconds: float
) -> ToolReport:
    outcome = Outcome.CUT if cut else Outcome.OK
    if seen.failures:
        outcome = Outcome.TIMED_OUT if any(one is Outcome.TIMED_OUT for one, _ in seen.failures) else Outcome.FAILED
    reasons = [*cut, *dict.fromkeys(reason for _, reason in seen.failures)]
    further = len(seen.unread) - _MOST_UNREAD
    if further > 0:
        reasons.append(f"{further:,} further versions were not read")
    told = f"{seen.versions:,} versions of files in {past.commits:,} commits{_beside(seen)}"
    evidence = _ordered(seen.found)[:_MOST_FOUND]
    return ToolReport(
        run=ToolRun(
            tool=TOOL,
            version=seen.version or ready.version,
            outcome=outcome,
            reason="; ".join(reasons) or told,
            read=tuple(sorted(seen.blobs)[:_MOST_READ]),
            unread=tuple(seen.unread[:_MOST_UNREAD]),
            hits=seen.hits,
            isolation=isolation,
            seconds=round(seconds, 3),
            rules=seen.rules or digest,
        ),
        evidence=tuple(evidence),
    )


def _beside(seen: _Seen) -> str:
    """Of what there is no text to look at."""
    if not seen.no_text:
        return ""
    names = sorted(seen.no_text)
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"; no text to look at in some or all of {', '.join(names[:_NAMED])}{more}"


def _ordered(found: Mapping[tuple[str, str, str], Evidence]) -> list[Evidence]:
    return sorted(found.values(), key=lambda one: (one.location.path, one.location.line, one.rule, one.id))
