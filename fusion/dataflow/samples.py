"""Samples: small programs that prove knowledge. Their comments say what must be found, and each entry must be needed for it.

A sample lies beside its library's file under the same name (`python/acme.toml`, `python/acme.py`). A line that ends in
`# expect: KIND` (`// expect: KIND`) has exactly one finding of that kind, and `local:` one that is found where data of whoever
starts the program hurts, too. Every other line is silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fusion.dataflow.knowledge.kinds import Kinds, kinds
from fusion.dataflow.knowledge.schema import Knowledge, Library, Origin
from fusion.dataflow.repository.project import Bounds, Project
from fusion.dataflow.repository.tree import language
from fusion.dataflow.solver.analysis import analyse
from fusion.errors import UserError

_EXPECT = re.compile(r"(?:#|//) (expect|local): ([\w-]+(?:, [\w-]+)*)")

SECTIONS = ("source", "sink", "setting", "sanitizer", "validator", "propagator", "aspect", "store", "flag", "exit", "entry")
"""The sections that a sample proves: all but types, which are recognised by what their members do."""
_SECONDS = 3600.0
"""Processor time for one sample, which is looked at once for each entry."""
Findings = frozenset[tuple[int, str]]
"""Line and kind of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a library: the `number`th (from 1) of its `section`."""

    section: str
    number: int
    knowledge: Knowledge

    def __str__(self) -> str:
        return f"{self.section} {self.number} ({self.knowledge.note})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A line of a sample that shows something else than its comment says."""

    line: int
    kind: str
    expected: bool
    """It is expected and not found; else it is found and not expected."""
    distrusting: bool
    """In the second run, where local data hurts, too."""


def beside(folder: Path, written_in: str, name: str) -> Path | None:
    """The sample `<folder>/<language>/<name>.*`; None where there is none."""
    return next((path for path in sorted((folder / written_in).glob(f"{name}.*")) if language(path.name) == written_in), None)


@cache
def distrustful() -> Kinds:
    """The kinds with data from the command line hurting like a request's."""
    table = {
        kind: weakness.model_copy(update={"origins": (*weakness.origins, Origin.LOCAL)})
        for kind, weakness in kinds().table.items()
        if weakness.origins
    }
    return Kinds({**kinds().table, **table})


def expected(sample: Path, *marks: str) -> Findings:
    """What the comments with these marks (`expect`, `local`) say."""
    return frozenset(
        (number, kind)
        for number, line in enumerate(sample.read_text("utf-8").splitlines(), 1)
        for match in _EXPECT.finditer(line)
        if match[1] in marks
        for kind in match[2].split(", ")
    )


def found(
    sample: Path, known: Sequence[Library], weaknesses: Kinds | None = None, *, project: Project | None = None
) -> Findings:
    """What the analysis finds with these libraries. Raises UserError where it cannot read the sample.

    `project`: that of the sample, where it is looked at several times.
    """
    analysis = analyse(project or _project(sample), [sample.name], libraries=known, weaknesses=weaknesses)
    if analysis.unread:
        raise UserError(f"The sample {sample.name} is not analysed: {analysis.unread[0][1]}.")
    return frozenset((flow.sink.span.line, flow.kind.value) for flow in analysis.flows)


def _project(sample: Path) -> Project:
    data = sample.read_bytes()
    return Project(lambda name: data if name == sample.name else None, [sample.name], limits=Bounds(seconds=_SECONDS))


def differences(sample: Path, known: Sequence[Library]) -> list[Difference]:
    """Where the sample shows something else than it says, each line and kind once. Raises UserError as `found` does."""
    seen: dict[tuple[int, str, bool], Difference] = {}
    for marks, weaknesses in ((("expect",), None), (("expect", "local"), distrustful())):
        wanted, got = expected(sample, *marks), found(sample, known, weaknesses)
        for line, kind in sorted(wanted ^ got):
            missing = (line, kind) in wanted
            one = Difference(line=line, kind=kind, expected=missing, distrusting=weaknesses is not None)
            seen.setdefault((line, kind, missing), one)
    return sorted(seen.values(), key=lambda one: (one.line, one.kind))


def entries(library: Library) -> Iterator[Entry]:
    """The entries that a sample proves."""
    for section in SECTIONS:
        for number, knowledge in enumerate(getattr(library, section), start=1):
            yield Entry(section=section, number=number, knowledge=knowledge)


def idle(sample: Path, library: Library, known: Sequence[Library]) -> list[Entry]:
    """The entries of `library`, one of the `known`, without which the sample shows the same."""
    place = next(place for place, other in enumerate(known) if other is library)
    project = _project(sample)
    whole = found(sample, known, distrustful(), project=project)
    useless = []
    for entry in entries(library):
        rows = getattr(library, entry.section)
        less = library.model_copy(update={entry.section: rows[: entry.number - 1] + rows[entry.number :]})
        if found(sample, (*known[:place], less, *known[place + 1 :]), distrustful(), project=project) == whole:
            useless.append(entry)
    return useless


def names(text: str, function: str) -> bool:
    """Whether a sample's text has that name in it."""
    return re.search(rf"(?<![\w$]){re.escape(function)}(?![\w$])", text) is not None
