"""Ruff: correctness and security of Python, from its syntax tree. No opinion on style.

Reads `.py`, `.pyi` and `.pyw` files and scripts whose first line names Python. Runs `ruff check` with our own configuration
(`config/ruff/ruff.toml`), which lists every rule by its code: a rule is on when somebody decided how bad it is
(`rules/ruff.toml`), never because a release added it to a group. Configuration, exclusions and `noqa` comments of the
repository have no say. Ruff parses and executes nothing.

A file that is not valid Python is reported as such and counts as unread, since the rules need its tree; so does one that is
not UTF-8. Security rules are off in test code: a test asserts, uses weak values and shells out for good reason.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from fusion.changes.roles import is_test
from fusion.evidence.analyzer import Command, Job, Missing, Output, Reading, Ready, Unreadable
from fusion.evidence.installed import batches, program
from fusion.evidence.payload import documents, integer, mapping, objects, text
from fusion.evidence.source import BOM
from fusion.model import Edit, Fix, Hit, Location, Severity, Unread

SYNTAX = "invalid-syntax"
_CANNOT_LINT = "Failed to lint "
_APPLICABILITY = {"safe": True, "unsafe": False}
"""Fixes that ruff marks "displayonly" are not offered: it does not vouch for them at all."""
_SECURITY_RULE = re.compile(r"S\d+")
_SHELL_RULES = frozenset({"S602", "S604", "S605", "S609"})
_SEEMS_SAFE = "seems safe"
"""How ruff tells a constant command line from a computed one."""


def is_python(path: str, data: bytes) -> bool:
    """Python by name, or by the interpreter that a script's first line names."""
    if path.endswith((".py", ".pyi", ".pyw")):
        return True
    first = data[:200].split(b"\n", 1)[0]
    return not PurePosixPath(path).suffix and first.startswith(b"#!") and b"python" in first


class Ruff:
    """See the module's docstring."""

    name = "ruff"
    parse_only = True
    timeout = 60.0

    def locate(self) -> Ready | Missing:
        """The program of the `ruff` distribution, or one on the search path."""
        return program("ruff", distribution="ruff")

    def wants(self, path: str, data: bytes) -> bool:
        """Python sources and scripts."""
        return is_python(path, data)

    def commands(self, job: Job) -> Sequence[Command]:
        """One `ruff check` per batch of files; exit code 1 means that it found something."""
        flags = (
            *("check", "--config", str(job.rules / "ruff.toml"), "--no-cache", "--no-fix", "--ignore-noqa"),
            *("--no-respect-gitignore", "--no-force-exclude", "--output-format", "json", "--"),
        )
        return [
            Command(argv=(str(job.executable), *flags, *(f"./{file}" for file in files)), ok=frozenset({0, 1}))
            for files in batches(job.files)
        ]

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        """Diagnostics as hits; files that do not parse or cannot be decoded as unread."""
        roots = (job.root, Path(os.path.realpath(job.root)))
        names = {os.path.normpath(root / file): file for root in roots for file in job.files}
        hits: list[Hit] = []
        unread: dict[str, str] = {}
        for output in outputs:
            for found in documents(output.stdout, "ruff"):
                path = names.get(os.path.normpath(text(found, "filename")))
                if path is None:
                    raise Unreadable("ruff reported a file that it was not given")
                hit = _hit(path, found, 1 if _has_mark(job.root / path) else 0)
                if hit.rule != SYNTAX:
                    if not (_SECURITY_RULE.fullmatch(hit.rule) and is_test(path)):
                        hits.append(hit)
                elif path not in unread:
                    unread[path] = f"not valid Python: line {hit.location.line}: {hit.message}"
                    hits.append(hit)
            for file in _undecoded(job, output.stderr):
                unread.setdefault(file, "ruff could not read it: not valid UTF-8")
        return Reading(hits=hits, unread=[Unread(path=path, reason=reason) for path, reason in sorted(unread.items())])


def _has_mark(file: Path) -> bool:
    """Whether the file begins with a byte order mark, which ruff does not count as a column and Fusion does."""
    try:
        with file.open("rb") as stream:
            return stream.read(len(BOM)) == BOM
    except OSError:
        return False


def _undecoded(job: Job, stderr: bytes) -> list[str]:
    said = stderr.decode("utf-8", "replace")
    return [file for file in job.files if f"{_CANNOT_LINT}{file}: " in said] if _CANNOT_LINT in said else []


def _hit(path: str, found: dict[str, Any], mark: int) -> Hit:
    # A file that is not Python has no code in preview mode, and `invalid-syntax` otherwise.
    rule = SYNTAX if found.get("code") is None else text(found, "code")
    message = text(found, "message")
    line, column = _place(found, "location", mark)
    end_line, end_column = _place(found, "end_location", mark)
    severity = (Severity.LOW if _SEEMS_SAFE in message else Severity.HIGH) if rule in _SHELL_RULES else None
    return Hit(
        rule=rule,
        message=message,
        # A range that ends before the first character of a line does not touch that line.
        location=Location(path=path, line=line, end_line=end_line - 1, column=column)
        if end_line > line and end_column == 1
        else Location(path=path, line=line, end_line=end_line, column=column, end_column=end_column),
        severity=severity,
        fix=_fix(path, found.get("fix"), mark),
        help_uri=text(found, "url") if found.get("url") else "",
    )


def _place(found: dict[str, Any], key: str, mark: int) -> tuple[int, int]:
    place = mapping(found, key)
    line, column = max(1, integer(place, "row")), max(1, integer(place, "column"))
    return line, column + (mark if line == 1 else 0)


def _fix(path: str, fix: object, mark: int) -> Fix | None:
    if not isinstance(fix, dict):
        return None
    safe = _APPLICABILITY.get(text(fix, "applicability"))
    edits = []
    for edit in objects(fix, "edits"):
        line, column = _place(edit, "location", mark)
        end_line, end_column = _place(edit, "end_location", mark)
        edits.append(
            Edit(path=path, line=line, column=column, end_line=end_line, end_column=end_column, text=text(edit, "content"))
        )
    if safe is None or not edits:
        return None
    return Fix(title=text(fix, "message") if fix.get("message") else "", edits=tuple(edits), safe=safe)
