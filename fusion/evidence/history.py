"""Secrets in the history: the analyzer of secrets over every content that a file ever had, in batches, in the sandbox.

The versions of a file are looked at from the oldest on, and of each what no version before it held, with three lines around it;
the rest is blank, so that a place is where it was. So a history costs about what was written in it, and a secret is told once,
with the commit that brought it in. Of a secret nothing is shown that a review would not show.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pathspec import GitIgnoreSpec

from fusion.changes.roles import is_example, is_test
from fusion.evidence.analyzer import Analyzer, Missing, Ready
from fusion.evidence.collect import rules_digest
from fusion.evidence.examine import Look, examine, rules_folder
from fusion.evidence.pages import Pages
from fusion.evidence.records import record, sightings
from fusion.evidence.sandbox import Sandbox
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
_SAMPLE = b"a text of any kind\n"
"""Stands in for contents when a path alone is asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much is done at once, and for how long."""

    loaded: int = 200
    """Versions that are loaded together."""
    files: int = 500
    """In one run of the analyzer; and bytes, so that it ends in time on a slow machine, too."""
    bytes: int = 1_500_000
    seconds: float = 600.0
    """Of wall time, beside what the last run takes."""


def skipped(reason: str) -> ToolReport:
    """The receipt of a history that was not read."""
    return ToolReport(run=ToolRun(tool=TOOL, outcome=Outcome.SKIPPED, reason=reason))


@dataclass(slots=True)
class _Seen:
    """What was found and read so far."""

    found: dict[tuple[str, str, str], Evidence] = field(default_factory=dict)
    """By path, rule and fingerprint."""
    unread: list[Unread] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)
    versions: int = 0
    hits: int = 0
    failures: list[tuple[Outcome, str]] = field(default_factory=list)

    def read(self, version: Version) -> None:
        """Count a version as read."""
        self.versions += 1
        self.paths.add(version.path)


async def look_back(
    analyzer: Analyzer,
    history: History,
    *,
    policy: Policy,
    sandbox: Sandbox,
    provenance: Provenance,
    pace: Pace = Pace(),
) -> ToolReport:
    """Evidence of secrets in a history, and the receipt.

    Raises what reading the history raises; nothing that the analyzer does raises.
    """
    if not policy.analyzers.get(analyzer.name, True):
        return skipped("switched off by policy")
    if not sandbox.network_cut and not analyzer.parse_only:
        return skipped("the network cannot be cut off here, and it does more than parse what it reads")
    ready = analyzer.locate()
    if isinstance(ready, Missing):
        return skipped(ready.reason)
    past = await history.past()
    if isinstance(past, Unknown):
        return skipped(past.why)
    started, cut, seen = time.monotonic(), [past.cut] if past.cut else [], _Seen()
    digest = rules_digest(analyzer.name, rules_folder(analyzer), getattr(analyzer, "rules_added", {}))
    stamp = provenance.model_copy(update={"tool": f"{TOOL} {ready.version}".strip(), "rules": digest})
    limit = min(analyzer.timeout, policy.caps.tool_seconds)
    wanted = _wanted(analyzer, past, policy, seen)
    done = 0
    async for batch in _batches(analyzer, history, wanted, seen, pace):
        if time.monotonic() - started > pace.seconds:
            cut.append(
                f"it was stopped after {pace.seconds:g} seconds, when {done:,} of {len(wanted):,} versions had been read"
            )
            break
        await _look(analyzer, ready, batch, sandbox, stamp, limit, seen)
        done = batch.done
    if len(seen.found) > _MOST_FOUND:
        cut.append(f"{len(seen.found):,} secrets were found; the first {_MOST_FOUND:,} were kept")
    return _report(seen, past, ready, cut, isolation=sandbox.isolation, digest=digest, seconds=time.monotonic() - started)


def _wanted(analyzer: Analyzer, past: Past, policy: Policy, seen: _Seen) -> list[Version]:
    """The versions to look at. What policy ignores, nobody reads; what is too large is told."""
    ignored = GitIgnoreSpec.from_lines(policy.ignore)
    wanted = []
    for version in past.versions:
        if not analyzer.wants(version.path, _SAMPLE) or ignored.match_file(version.path):
            continue
        if version.size > LARGEST:
            seen.unread.append(_unread(version, f"larger than {LARGEST:,} bytes"))
        else:
            wanted.append(version)
    return wanted


@dataclass(slots=True)
class _Batch:
    """Versions by their place in the scratch copy: whole, and what is new in them."""

    versions: dict[str, Version] = field(default_factory=dict)
    whole: dict[str, bytes] = field(default_factory=dict)
    fresh: dict[str, bytes] = field(default_factory=dict)
    size: int = 0
    done: int = 0
    """Versions up to and with this batch."""


async def _batches(
    analyzer: Analyzer, history: History, wanted: Sequence[Version], seen: _Seen, pace: Pace
) -> AsyncIterator[_Batch]:
    """By path, from the oldest version on; those without anything new are read already."""
    ordered = list(reversed(wanted))
    ordered.sort(key=lambda version: version.path)
    batch, path, known = _Batch(), "", set[bytes]()
    for at in range(0, len(ordered), pace.loaded):
        part = ordered[at : at + pace.loaded]
        contents = await history.contents({version.blob for version in part})
        for number, version in enumerate(part, at + 1):
            if version.path != path:
                path, known = version.path, set()
            data = contents.get(version.blob)
            if data is None:
                seen.unread.append(_unread(version, "it could not be read from the clone"))
            elif not analyzer.wants(version.path, data) or not (fresh := new_lines(data, known)):
                seen.read(version)
            else:
                place = _place(version)
                batch.versions[place], batch.whole[place], batch.fresh[place] = version, data, fresh
                batch.size += len(fresh)
            batch.done = number
            if len(batch.fresh) >= pace.files or batch.size >= pace.bytes:
                yield batch
                batch = _Batch()
    if batch.fresh:
        yield batch


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
    analyzer: Analyzer, ready: Ready, batch: _Batch, sandbox: Sandbox, stamp: Provenance, seconds: float, seen: _Seen
) -> None:
    look = await examine(analyzer, ready, batch.fresh, sandbox=sandbox, seconds=seconds)
    _note(analyzer, ready, batch, look, stamp, seen)
    if look.outcome is not Outcome.OK or not look.unread:
        seen.unread += [_unread(batch.versions[one.path], one.reason) for one in look.unread]
        return
    # The tool passes over some names (`jquery.js`) whatever is in them: under another one it looks.
    renamed = {_neutral(batch.versions[one.path]): one.path for one in look.unread}
    other = _Batch(
        versions={place: batch.versions[was] for place, was in renamed.items()},
        whole={place: batch.whole[was] for place, was in renamed.items()},
        fresh={place: batch.fresh[was] for place, was in renamed.items()},
    )
    look = await examine(analyzer, ready, other.fresh, sandbox=sandbox, seconds=seconds)
    _note(analyzer, ready, other, look, stamp, seen)
    seen.unread += [_unread(other.versions[one.path], one.reason) for one in look.unread]


def _note(analyzer: Analyzer, ready: Ready, batch: _Batch, look: Look, stamp: Provenance, seen: _Seen) -> None:
    for place in look.read:
        seen.read(batch.versions[place])
    seen.hits += len(look.hits)
    if look.outcome is not Outcome.OK:
        seen.failures.append((look.outcome, look.reason))
    pages = Pages(batch.whole)
    for sighting in sightings(analyzer.name, look.hits, pages):
        version = batch.versions[sighting.hit.location.path]
        one = _told(record(analyzer.name, ready.version, sighting, pages, stamp), version)
        seen.found.setdefault((one.location.path, one.rule, one.fingerprint), one)


def _neutral(version: Version) -> str:
    """A place that says no more than the kind of file, and whether it is a test or an example."""
    known = "tests/" if is_test(version.path) or is_example(version.path) else ""
    mark = hashlib.blake2b(f"{version.blob} {version.path}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{known}{mark}/source{PurePosixPath(version.path).suffix}"


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
    evidence = _ordered(seen.found)[:_MOST_FOUND]
    return ToolReport(
        run=ToolRun(
            tool=TOOL,
            version=ready.version,
            outcome=outcome,
            reason="; ".join(reasons) or f"{seen.versions:,} versions of files in {past.commits:,} commits",
            read=tuple(sorted(seen.paths)[:_MOST_READ]),
            unread=tuple(seen.unread[:_MOST_UNREAD]),
            hits=seen.hits,
            isolation=isolation,
            seconds=round(seconds, 3),
            rules=digest,
        ),
        evidence=tuple(evidence),
    )


def _ordered(found: Mapping[tuple[str, str, str], Evidence]) -> list[Evidence]:
    return sorted(found.values(), key=lambda one: (one.location.path, one.location.line, one.rule, one.id))
