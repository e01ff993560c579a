"""Run one analyzer over some files: scratch copy, sandbox, reading. Whatever goes wrong comes back as a value.

A file that makes the tool fail must not hide the others: a failed run over several files is tried again on halves of them,
a bounded number of times, until the culprits are alone. They are then unread, the run counts as failed, and the rest is read.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from fusion.evidence.analyzer import Analyzer, Job, Output, Ready, Unreadable
from fusion.evidence.examiner import Look
from fusion.evidence.sandbox import Limits, Sandbox
from fusion.evidence.scratch import Scratch, scratch
from fusion.evidence.shown import message
from fusion.model import Fix, Hit, Location, Outcome, Unread

_CONFIG = Path(__file__).with_name("config")
_TRIALS = 10
"""Further runs to find the files that a tool fails on."""
_BROKEN = (Unreadable, ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError)
"""What an analyzer may raise over hostile files and output."""


@dataclass(frozen=True, slots=True)
class _Around:
    """What lies beside the files of a run, and which of these paths other runs report on."""

    beside: Mapping[str, bytes]
    own: frozenset[str]


@dataclass(slots=True)
class _Trial:
    """The shared budget of one examination and what it has found."""

    seconds: float
    started: float
    deadline: float
    left: int = _TRIALS
    late: bool = False
    read: list[str] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    cleared: list[Hit] = field(default_factory=list)
    unfollowed: dict[str, Unread] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    failures: list[tuple[Outcome, str]] = field(default_factory=list)

    def until(self) -> float:
        """When the next run must end; after the first that came too late, at half of what is left."""
        now = time.monotonic()
        return now + (self.deadline - now) / 2 if self.late else self.deadline

    def grant(self) -> None:
        """As much time again, once, to find the files that took it all."""
        if not self.late:
            self.late, self.deadline = True, time.monotonic() + self.seconds


def rules_folder(analyzer: Analyzer) -> Path:
    """Where the analyzer's own pinned configuration is: its `rules` attribute if it has one, else ours by its name."""
    own = getattr(analyzer, "rules", None)
    return own if isinstance(own, Path) else _CONFIG / analyzer.name


async def examine(
    analyzer: Analyzer,
    ready: Ready,
    contents: Mapping[str, bytes],
    *,
    sandbox: Sandbox,
    seconds: float,
    beside: Mapping[str, bytes] = MappingProxyType({}),
    own: Collection[str] = (),
) -> Look:
    """Look at `contents` (repository path -> bytes), with `beside` to consult. Never raises for what a tool does.

    `own` are the paths beside it that other runs over the same tree report on.

    One run may take `seconds` of wall time; where it had several files and was stopped, the others get as much again together.
    """
    started = time.monotonic()
    trial = _Trial(seconds=seconds, started=started, deadline=started + seconds)
    if getattr(analyzer, "tells_own", False):
        # What follows data from file to file needs the other half, too, where one half is tried alone.
        beside, own = {**beside, **contents}, {*own, *contents}
    await _search(analyzer, ready, dict(contents), _Around(beside, frozenset(own)), sandbox, trial)
    outcome, reason = max(trial.failures, key=lambda item: _GRAVITY[item[0]], default=(Outcome.OK, ""))
    if trial.failures and trial.read:
        names = ", ".join(unread.path for unread in trial.unread[:3])
        reason = f"{reason} (on {names}{' and others' if len(trial.unread) > 3 else ''}; the other files were read)"
    reason = "; ".join(dict.fromkeys(part for part in (reason, *trial.notes) if part))
    return Look(
        outcome=outcome,
        reason=reason,
        read=tuple(trial.read),
        hits=tuple(trial.hits),
        unread=tuple(trial.unread),
        cleared=tuple(trial.cleared),
        unfollowed=tuple(trial.unfollowed.values()),
        seconds=time.monotonic() - started,
    )


_GRAVITY = {Outcome.OK: 0, Outcome.SKIPPED: 0, Outcome.CUT: 1, Outcome.FAILED: 2, Outcome.TIMED_OUT: 3}


async def _search(
    analyzer: Analyzer,
    ready: Ready,
    contents: dict[str, bytes],
    around: _Around,
    sandbox: Sandbox,
    trial: _Trial,
) -> None:
    """Read everything at once; what fails, in halves. Breadth first, so that the innocent are read before time is up."""
    parts = deque([contents])
    while parts:
        part = parts.popleft()
        until = trial.until()
        look = await _once(analyzer, ready, part, around, sandbox, until)
        if look.outcome is Outcome.OK:
            trial.read += look.read
            trial.hits += look.hits
            trial.unread += look.unread
            trial.cleared += look.cleared
            trial.unfollowed |= {item.path: item for item in look.unfollowed}
            trial.notes.append(look.reason)
            continue
        halves = _halves(part)
        if len(halves) < 2 or trial.left < len(halves):
            # What the last retry was given says nothing about how long the tool was at it.
            spent = trial.late and look.outcome is Outcome.TIMED_OUT and time.monotonic() >= until
            reason = f"stopped after {round(time.monotonic() - trial.started):,} s in all" if spent else look.reason
            trial.failures.append((look.outcome, reason))
            trial.unread += [Unread(path=path, reason=f"{analyzer.name} {reason}") for path in part]
            continue
        if look.outcome is Outcome.TIMED_OUT:
            trial.grant()
        trial.left -= len(halves)
        parts.extend(halves)


def _halves(contents: Mapping[str, bytes]) -> list[dict[str, bytes]]:
    items = list(contents.items())
    middle = len(items) // 2
    return [dict(part) for part in (items[:middle], items[middle:]) if part]


async def _once(
    analyzer: Analyzer,
    ready: Ready,
    contents: Mapping[str, bytes],
    around: _Around,
    sandbox: Sandbox,
    deadline: float,
) -> Look:
    try:
        with scratch({**contents, **{path: data for path, data in around.beside.items() if path not in contents}}) as place:
            return await _run(analyzer, ready, place, frozenset(contents), around.own, sandbox, deadline)
    except OSError as error:
        return Look(outcome=Outcome.FAILED, reason=f"no scratch copy could be written: {error.strerror or error}")


async def _run(
    analyzer: Analyzer,
    ready: Ready,
    place: Scratch,
    asked: frozenset[str],
    own: frozenset[str],
    sandbox: Sandbox,
    deadline: float,
) -> Look:
    job = Job(
        root=place.root,
        files=tuple(name for name, path in place.names.items() if path in asked),
        beside=tuple(name for name, path in place.names.items() if path not in asked),
        own=tuple(name for name, path in place.names.items() if path in own and path not in asked),
        names=place.names,
        executable=ready.executable,
        rules=rules_folder(analyzer),
        seconds=max(0.1, deadline - time.monotonic()),
    )
    try:
        commands = analyzer.commands(job)
    except _BROKEN as error:
        return Look(outcome=Outcome.FAILED, reason=f"{type(error).__name__} while preparing its command")
    outputs: list[Output] = []
    for command in commands:
        output = await sandbox.run(
            command,
            root=place.root,
            home=place.home,
            readable=(job.rules, ready.executable, *command.readable),
            limits=_limits(max(0.1, deadline - time.monotonic())),
        )
        if output.outcome is not Outcome.OK:
            return Look(outcome=output.outcome, reason=output.reason)
        outputs.append(output)
    return await asyncio.to_thread(_read, analyzer, job, outputs, place)


def _limits(seconds: float) -> Limits:
    """A tool that may take minutes may also compute as long."""
    return Limits(seconds=seconds, cpu_seconds=max(Limits().cpu_seconds, round(seconds)))


def _read(analyzer: Analyzer, job: Job, outputs: Sequence[Output], place: Scratch) -> Look:
    try:
        reading = analyzer.read(job, outputs)
        hits = [hit for hit in (translate(hit, place) for hit in reading.hits) if hit is not None]
        cleared = [hit for hit in (translate(hit, place) for hit in reading.cleared) if hit is not None]
        unread, unfollowed = (
            tuple(
                Unread(path=path, reason=message(item.reason))
                for item in items
                if (path := place.original(item.path)) is not None
            )
            for items in (reading.unread, reading.unfollowed)
        )
    except _BROKEN as error:
        said = message(str(error)) if isinstance(error, Unreadable) else f"{type(error).__name__} while reading its output"
        return Look(outcome=Outcome.FAILED, reason=said)
    own = {place.names[name] for name in job.files}
    missed = {item.path for item in unread}
    return Look(
        outcome=Outcome.OK,
        reason=message(reading.note),
        read=tuple(path for path in place.names.values() if path in own and path not in missed),
        hits=tuple(hits),
        unread=tuple(item for item in unread if item.path in own),
        cleared=tuple(cleared),
        unfollowed=unfollowed,
    )


def translate(hit: Hit, place: Scratch) -> Hit | None:
    """The hit with the repository's paths; None when it is not about a file of the copy."""
    location = _located(hit.location, place)
    if location is None:
        return None
    trace = [
        step.model_copy(update={"location": there})
        for step in hit.trace
        if (there := _located(step.location, place)) is not None
    ]
    return hit.model_copy(update={"location": location, "fix": _fixed(hit.fix, place), "trace": tuple(trace)})


def _located(location: Location, place: Scratch) -> Location | None:
    path = place.original(location.path)
    return location.model_copy(update={"path": path}) if path is not None else None


def _fixed(fix: Fix | None, place: Scratch) -> Fix | None:
    """The fix with the repository's paths; none when it would touch anything else."""
    if fix is None:
        return None
    paths = [place.original(edit.path) for edit in fix.edits]
    if not paths or any(path is None for path in paths):
        return None
    edits = tuple(edit.model_copy(update={"path": path}) for edit, path in zip(fix.edits, paths, strict=True))
    return fix.model_copy(update={"edits": edits})
