"""Analyzers for tests: each runs a short real program in the real sandbox and behaves well, or badly in one known way.

`Marks` reports each line that holds `BAD` (rule `bad`) as `path:line:column:text`, the way simple tools do. The others crash,
hang, print garbage or flood. They are ordinary implementations of the public protocol.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fusion.evidence.analyzer import Command, Job, Missing, Output, Reading, Ready, Unreadable
from fusion.model import Edit, Fix, Hit, Location, Unread

_MARKS = r"""
import sys
for name in sys.argv[1:]:
    with open(name, "rb") as stream:
        for number, line in enumerate(stream.read().decode("utf-8", "replace").split("\n"), 1):
            if "CRASH" in line:
                sys.exit("cannot go on")
            if "HANG" in line:
                __import__("time").sleep(600)
            if "UNREAD" in line:
                sys.stdout.write(f"{name}\t0\t0\tunread\n")
            if "BAD" in line:
                sys.stdout.write(f"{name}\t{number}\t{line.index('BAD') + 1}\t{line}\n")
"""
_LINE = re.compile(r"([^\t\n]*)\t(\d+)\t(\d+)\t(.*)")


@dataclass(frozen=True)
class Marks:
    """Reports each `BAD`; a line with `CRASH` makes it fail, `HANG` makes it sleep, `UNREAD` makes it refuse that file.

    With `mend`, each hit carries a fix that replaces `BAD` by that text.
    """

    name: str = "marks"
    parse_only: bool = True
    timeout: float = 20.0
    suffix: str = ""
    reads_excluded: bool = False
    mend: str | None = None

    def locate(self) -> Ready | Missing:
        return Ready(Path(sys.executable), "1.0")

    def wants(self, path: str, data: bytes) -> bool:
        return path.endswith(self.suffix)

    def commands(self, job: Job) -> Sequence[Command]:
        return [Command(argv=(str(job.executable), "-I", "-S", "-c", _MARKS, *(f"./{file}" for file in job.files)))]

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        hits, unread = [], []
        for line in outputs[0].stdout.decode().splitlines():
            match = _LINE.fullmatch(line)
            if match is None:
                raise Unreadable("marks printed a line that is not a hit")
            path, number, column = match[1].removeprefix("./"), int(match[2]), int(match[3])
            if not number:
                unread.append(Unread(path=path, reason="refused"))
                continue
            edits = (Edit(path=path, line=number, column=column, end_line=number, end_column=column + 3, text=self.mend or ""),)
            hits.append(
                Hit(
                    rule="bad",
                    message=f"bad: {match[4]}",
                    location=Location(path=path, line=number, end_line=number, column=column, end_column=column + 3),
                    fix=Fix(title="mend it", edits=edits) if self.mend is not None else None,
                )
            )
        return Reading(hits=hits, unread=unread)


@dataclass(frozen=True)
class Program(Marks):
    """Runs `code` in Python instead; its output is read as that of `Marks`."""

    name: str = "program"
    code: str = ""

    def commands(self, job: Job) -> Sequence[Command]:
        return [Command(argv=(str(job.executable), "-I", "-S", "-c", self.code, *job.files))]


@dataclass(frozen=True)
class Absent(Marks):
    """Not installed."""

    name: str = "absent"

    def locate(self) -> Ready | Missing:
        return Missing("absent is not installed")


CRASHING = Program(name="crashing", code="import os; os.abort()")
HANGING = Program(name="hanging", timeout=1.0, code="import time; time.sleep(600)")
GARBLED = Program(name="garbled", code="print('<html>not what you think')")
FLOODING = Program(name="flooding", code="import sys\nwhile True: sys.stdout.write('x' * 65536)")
