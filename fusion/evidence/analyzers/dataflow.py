"""Data flow: which path hostile data takes through Python and JavaScript/TypeScript, from where it enters to where it hurts.

Fusion's own analysis (`fusion.dataflow`), always installed. A finding is a trace: the request parameter, argument or message
that somebody else chose, every step on its way, and the query, command, path, page or parser that it reaches unchecked. Data
that is validated, escaped for that very place, converted or bound as a parameter is silent, and so is a branch that cannot be
taken. Settings that are weak by themselves (hashes, random tokens, cookies, XML parsers) are traces of one step.

It looks at the files of the change, and for what flows through them at the files that they import inside the repository,
within bounds; what those cut off is on the receipt. A flaw whose end lies in an imported file that does not change is told
at the last step in a file that does. A whole tree is looked at in portions, each with all other files to import. Where it
has followed everything that reaches a place and found it harmless, it says so too, and what a pattern claims there counts
for less.

Runs as a process of its own with our interpreter (`python -I -m fusion.dataflow`), parses and executes nothing of what it
reads. Files that its grammars do not take, that are too large or that run into a bound are unread, each with the reason.

An author silences it with `fusion-ignore` in a comment, alone or with kinds (`fusion-ignore: sql-injection`). A comment that
silences a pattern of the same family (`# nosec`, `# noqa: S608`, `nosemgrep`) counts too: who wrote it has looked at the place.

What libraries do is data: `fusion/dataflow/knowledge/` has one file per library, and plugins (entry points `fusion.knowledge`)
and the folders in FUSION_KNOWLEDGE add theirs. Such a file that is wrong is not used, and the receipt says so.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import fusion
from fusion.dataflow.knowledge.added import Added, added
from fusion.dataflow.repository.trail import CONFIGURATION
from fusion.dataflow.repository.tree import language
from fusion.evidence.analyzer import Command, Job, Missing, Output, Reading, Ready, Unreadable
from fusion.evidence.analyzers.ruff import is_python
from fusion.evidence.payload import document, integer, mapping, objects, text
from fusion.model import Confidence, Edit, Fix, Hit, Location, Severity, Step, Unread

_PACKAGE = Path(fusion.__file__).parent
_MEMORY = 1 << 30
_MARGIN = 0.85
"""Share of the time for the analysis itself; the rest is for starting it and for reading its answer."""
_NO_CODE = (".pyi", ".d.ts", ".d.mts", ".d.cts")
_HOLDER = re.compile(r"(`[^`]{1,200}`): (.{1,500})")
_UNNAMED = {"prototype-by-key": "a key of an object"}
"""Places where data hurts that have no name in a program."""
_NAMED = 3
"""Sentences about knowledge that is not used, on a receipt."""


class Dataflow:
    """See the module's docstring. `folders` hold further knowledge, beside that of plugins.

    `arguments` start the analysing process, which may read `readable` (parameters for tests).
    """

    name = "dataflow"
    parse_only = True
    tells_own = True
    timeout = 900.0
    rules = _PACKAGE / "dataflow"
    """The engine and its knowledge decide what it reports."""

    def __init__(
        self,
        arguments: Sequence[str] = ("-I", "-m", "fusion.dataflow"),
        readable: Sequence[Path] = (_PACKAGE,),
        folders: Sequence[Path] = (),
    ) -> None:
        self._arguments = tuple(arguments)
        self._readable = tuple(readable)
        self._folders = tuple(folders)

    def knowing(self, folders: Sequence[Path]) -> Dataflow:
        """The same with further folders of knowledge files."""
        return Dataflow(self._arguments, self._readable, (*self._folders, *folders))

    @cached_property
    def _added(self) -> Added:
        return added(self._folders)

    @property
    def rules_added(self) -> Mapping[str, bytes]:
        """The knowledge that does not come with Fusion: it decides, too, what is reported."""
        return self._added.contents

    @property
    def rules_unused(self) -> Sequence[str]:
        """Knowledge that is wrong and not used, for the receipt, wherever the analysis runs."""
        said = [sentence.rstrip(".") for sentence in self._added.mistakes[:_NAMED]]
        left = len(self._added.mistakes) - _NAMED
        return [*said, f"{left:,} more mistakes in added knowledge (`fusion knowledge list`)"] if left > 0 else said

    def locate(self) -> Ready | Missing:
        """Our own interpreter; the version is Fusion's."""
        return Ready(Path(sys.executable), fusion.__version__)

    def wants(self, path: str, data: bytes) -> bool:
        """Python and JavaScript/TypeScript sources, and Python scripts; no declarations, which hold no code."""
        return not path.lower().endswith(_NO_CODE) and (language(path) is not None or is_python(path, data))

    def consults(self, path: str) -> bool:
        """Sources that others import, and the configuration that says what an import means."""
        return language(path) is not None or path.rpartition("/")[2] in CONFIGURATION

    def commands(self, job: Job) -> Sequence[Command]:
        """One process for all files, because flows cross them; its job lies in the copy under a name that no file has."""
        taken = {*job.files, *job.beside}
        name = next(name for number in range(len(taken) + 1) if (name := f".fusion-dataflow-{number}.json") not in taken)
        given = {
            "files": {job.names.get(path, path): path for path in (*job.files, *job.beside)},
            "targets": [job.names.get(path, path) for path in job.files],
            "seconds": max(1.0, job.seconds * _MARGIN),
            "memory": _MEMORY,
            "knowledge": [str(path) for path in self._added.paths],
        }
        (job.root / name).write_text(json.dumps(given), "ascii")
        arguments = (str(job.executable), *self._arguments, "--job", f"./{name}")
        return [Command(argv=arguments, readable=(*self._readable, *self._added.paths))]

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        """Flows as hits with their traces, cleared places, and files that were not analysed."""
        (output,) = outputs
        answer = document(output.stdout, self.name)
        if not isinstance(answer, dict):
            raise Unreadable("the data-flow analysis printed JSON that is not an object")
        asked, own = frozenset(job.files), frozenset((*job.files, *job.own))
        hits = [hit for flow in objects(answer, "flows") if (hit := _hit(flow, own, job)) is not None]
        cleared = [_cleared(item) for item in objects(answer, "cleared") if text(item, "path") in asked]
        unread = {text(item, "path"): text(item, "reason") for item in objects(answer, "unread")}
        unfollowed = {text(item, "path"): text(item, "reason") for item in objects(answer, "unfollowed")}
        cut = integer(answer, "cut")
        read = answer.get("read")
        seen = {path for path in read if isinstance(path, str)} if isinstance(read, list) else set()
        for path in job.files:
            if path not in seen:
                unread.setdefault(path, "the data-flow analysis did not look at it")
        return Reading(
            hits=hits,
            unread=[Unread(path=path, reason=reason) for path, reason in sorted(unread.items()) if path in asked],
            cleared=cleared,
            unfollowed=[Unread(path=path, reason=reason) for path, reason in sorted(unfollowed.items())],
            note=f"{cut:,} further flows were left out" if cut else "",
        )


def _hit(flow: dict[str, Any], own: frozenset[str], job: Job) -> Hit | None:
    """The hit of a flow, at its end or at the last step in a file that is reported on; None when it passes through none."""
    places = [(_location(item), text(item, "why")) for item in objects(flow, "trace")]
    here = next((location for location, _ in reversed(places) if location.path in own), None)
    if here is None:
        return None
    called = text(flow, "callee")
    callee = _UNNAMED.get(called) or f"`{called.replace('`', '')}`"
    (start, source), (end, sink) = places[0], places[-1]
    if len(places) == 1:
        message = f"{callee}: {sink}"
    else:
        at = f"line {start.line}" if start.path == here.path else f"{job.names.get(start.path, start.path)}:{start.line}"
        there = "" if end.path == here.path else f" in {job.names.get(end.path, end.path)}:{end.line}"
        # "`name`: a part of the address" says what holds the data, and what it is.
        holder, what = named.groups() if (named := _HOLDER.fullmatch(source)) else ("", source)
        begins = f"{holder} ({what}, {at})" if holder else f"{what[:1].upper()}{what[1:]} ({at})"
        message = f"{begins} reaches {callee}{there}: {sink}"
    return Hit(
        rule=text(flow, "kind"),
        message=message,
        location=here,
        severity=_severity(text(flow, "severity")),
        confidence=_confidence(text(flow, "confidence")),
        cwe=(integer(flow, "cwe"),),
        fix=_fix(flow, here),
        trace=tuple(Step(location=location, code="", why=why) for location, why in places),
    )


def _fix(flow: dict[str, Any], here: Location) -> Fix | None:
    """The flow's fix; None where there is none, or where it would change another file than the one that the hit is in."""
    if flow.get("fix") is None:
        return None
    given = mapping(flow, "fix")
    edits = tuple(
        Edit(
            path=text(item, "path"),
            line=integer(item, "line"),
            column=integer(item, "column"),
            end_line=integer(item, "end_line"),
            end_column=integer(item, "end_column"),
            text=text(item, "text"),
        )
        for item in objects(given, "edits")
    )
    if not edits or any(edit.path != here.path for edit in edits):
        return None
    return Fix(title=text(given, "title"), edits=edits, safe=given.get("safe") is True)


def _cleared(item: dict[str, Any]) -> Hit:
    return Hit(rule=text(item, "kind"), message=text(item, "reason"), location=_location(item))


def _location(item: dict[str, Any]) -> Location:
    line, column = max(1, integer(item, "line")), integer(item, "column")
    end_line, end_column = integer(item, "end_line"), integer(item, "end_column")
    return Location(
        path=text(item, "path"),
        line=line,
        end_line=max(line, end_line),
        column=column or None,
        end_column=end_column if column and end_line >= line else None,
    )


def _severity(name: str) -> Severity:
    try:
        return Severity(name)
    except ValueError as error:
        raise Unreadable(f"the data-flow analysis gave a severity that there is not: {name[:40]}") from error


def _confidence(name: str) -> Confidence:
    try:
        return Confidence(name)
    except ValueError as error:
        raise Unreadable(f"the data-flow analysis gave a confidence that there is not: {name[:40]}") from error
