"""Other tools over the same files, in the same run, each in the sandbox with a copy of its own.

Ruff and bandit run with all their security rules, not only those that our reviews use; opengrep and semgrep with our rules, as
they have none of their own. The files go by neutral names, so that no tool takes a corpus below `tests/` for test code.
"""

from __future__ import annotations

import os
import re
import resource
import time
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from fusion import plugins
from fusion.dataflow.knowledge.schema import Kind
from fusion.errors import UserError
from fusion.evaluation.labels import by_cwe
from fusion.evaluation.score import Verdicts
from fusion.evidence.analyzer import Analyzer, Command, Job, Missing, Ready
from fusion.evidence.analyzers.bandit import Bandit
from fusion.evidence.analyzers.opengrep import Opengrep
from fusion.evidence.analyzers.ruff import Ruff
from fusion.evidence.catalogue import classify
from fusion.evidence.installed import batches, program
from fusion.evidence.local import LocalExaminer
from fusion.evidence.sandbox import Sandbox
from fusion.model import Hit, Outcome

SECONDS = 1800.0
_FAMILIES: Mapping[str, Kind] = {
    **{kind.value: kind for kind in Kind},
    "unsafe-deserialisation": Kind.DESERIALIZATION,
    "request-forgery": Kind.REQUEST_FORGERY,
    "weak-random": Kind.WEAK_RANDOMNESS,
    "unescaped-markup": Kind.CROSS_SITE_SCRIPTING,
    "archive-traversal": Kind.PATH_TRAVERSAL,
}
"""The catalogue's families that are kinds of the analysis."""
_NUMBERED: Mapping[str, Kind] = {
    **dict.fromkeys(("404", "603", "606", "607"), Kind.COMMAND_INJECTION),
    **dict.fromkeys(("403",), Kind.DESERIALIZATION),
    **dict.fromkeys(("308", "703"), Kind.CROSS_SITE_SCRIPTING),
    **dict.fromkeys(("311",), Kind.WEAK_RANDOMNESS),
    **dict.fromkeys(("320", "405", "406", "407", "408", "409", "410", "411"), Kind.XML_EXTERNAL_ENTITIES),
}
"""Bandit's tests that our reviews leave off, by the CWE that bandit gives them; ruff has the same numbers."""
_NUMBER = re.compile(r"[BS](\d{3})")


class _Ruff(Ruff):
    def commands(self, job: Job) -> Sequence[Command]:
        """All security rules, with ruff's own defaults."""
        flags = (
            *("check", "--isolated", "--select", "S", "--no-cache", "--no-fix", "--ignore-noqa", "--no-respect-gitignore"),
            *("--output-format", "json", "--"),
        )
        return [
            Command(argv=(str(job.executable), *flags, *(f"./{file}" for file in files)), ok=frozenset({0, 1}))
            for files in batches(job.files)
        ]


class _Bandit(Bandit):
    def commands(self, job: Job) -> Sequence[Command]:
        """All tests, of every severity and confidence."""
        flags = ("-I", "-m", "bandit", "-q", "-f", "json", "--ignore-nosec", "--exit-zero", "--ini", os.devnull, "-x", "", "--")
        return [
            Command(argv=(str(job.executable), *flags, *(f"./{file}" for file in files)), ok=frozenset({0, 1}))
            for files in batches(job.files)
        ]


class PatternSearch(Opengrep):
    """One of the two programs that our opengrep analyzer can use; it prefers opengrep itself."""

    def __init__(self, command: str) -> None:
        self._command = command

    def locate(self) -> Ready | Missing:
        """This one of the two."""
        return program(self._command, distribution=self._command)


def peer(name: str) -> Analyzer:
    """The tool of that name: one of the four that are known here, or any installed analyzer. Raises UserError."""
    if name == "ruff":
        return _Ruff()
    if name == "bandit":
        return _Bandit()
    if name in ("opengrep", "semgrep"):
        return PatternSearch(name)
    known = plugins.analyzers().plugins
    if name not in known:
        names = ", ".join(sorted({*known, "semgrep"}))
        raise UserError(f"--against knows no tool {name!r}; there are: {names}.")
    return known[name]


async def run(name: str, analyzer: Analyzer, folder: Path, targets: Sequence[str]) -> Verdicts:
    """What the tool says about the files that it reads; those of other languages are unread."""
    examiner = LocalExaminer(Sandbox.detect())
    ready = examiner.locate(analyzer)
    if isinstance(ready, Missing):
        return Verdicts(tool=name, missing=ready.reason)
    contents: dict[str, bytes] = {}
    originals: dict[str, str] = {}
    unread: dict[str, str] = {}
    for number, path in enumerate(sorted(targets)):
        neutral = f"source/f{number:06}{PurePosixPath(path).suffix}"
        data = (folder / path).read_bytes()
        if analyzer.wants(neutral, data):
            contents[neutral], originals[neutral] = data, path
        else:
            unread[path] = f"{name} does not read such files"
    wall, cpu = time.perf_counter(), _children()
    look = await examiner.examine(analyzer, ready, contents, seconds=SECONDS)
    wall, cpu = time.perf_counter() - wall, _children() - cpu
    flagged: dict[str, set[Kind]] = {}
    for hit in look.hits:
        if (kind := kind_of(analyzer.name, hit)) is not None:
            flagged.setdefault(originals[hit.location.path], set()).add(kind)
    unread |= {originals[item.path]: item.reason for item in look.unread}
    lines = sum(data.count(b"\n") for data in contents.values())
    missing = "" if look.outcome is Outcome.OK or look.read else f"{name} {look.reason}"
    return Verdicts(tool=name, flagged=flagged, unread=unread, lines=lines, wall=wall, cpu=cpu, missing=missing)


def kind_of(tool: str, hit: Hit) -> Kind | None:
    """The kind that a tool's report is about: by our catalogue's family, else by the CWE."""
    classified = classify(tool, hit)
    if (kind := _FAMILIES.get(classified.family)) is not None:
        return kind
    if (number := _NUMBER.fullmatch(hit.rule)) and number[1] in _NUMBERED:
        return _NUMBERED[number[1]]
    return next((kind for cwe in classified.cwe if (kind := by_cwe(cwe)) is not None), None)


def _children() -> float:
    """Seconds of processor time that ended processes of ours have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
