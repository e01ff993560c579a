"""Bandit: security of Python, as a second witness beside ruff and with tests that ruff has not.

Runs as an isolated module of our own interpreter (`python -I -m bandit`), with the tests that `config/bandit/bandit.yaml`
names and nothing of the repository's: no `.bandit` file, no `nosec` comment, no excluded folder. Results that bandit itself
holds to be unlikely are left out. It parses and executes nothing.

Bandit skips what its interpreter cannot parse, newer syntax included, without a word on its exit code: its list of errors,
and every file that its metrics do not name, are unread. Test code is left to people, except for hidden characters.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from fusion.changes.roles import is_test
from fusion.evidence.analyzer import Command, Job, Missing, Output, Reading, Ready, Unreadable
from fusion.evidence.analyzers.ruff import is_python
from fusion.evidence.installed import batches, module
from fusion.evidence.payload import document, integer, mapping, objects, text
from fusion.evidence.source import BOM, Source
from fusion.model import Confidence, Hit, Location, Severity, Unread

_SEVERITIES = {"HIGH": Severity.HIGH, "MEDIUM": Severity.MEDIUM, "LOW": Severity.LOW}
_CONFIDENCES = {"HIGH": Confidence.LIKELY, "MEDIUM": Confidence.POSSIBLE}
"""Bandit's "high" is a pattern seen for certain, not a flaw seen for certain."""
_EVERYWHERE = frozenset({"B613"})
_PASSWORDS = {
    "B105": "A variable whose name says password or token is given a constant",
    "B106": "An argument whose name says password or token is a constant",
    "B107": "A parameter whose name says password or token has a constant default; callers will use it in production",
}
"""In our own words, because bandit's quote the password."""
_NO_PASSWORDS = (": ''", ': ""', ": 'None'", ": 'True'", ": 'False'")
"""Ends of bandit's messages about values that open nothing: an empty text, a setting without a value, a switch."""


class Bandit:
    """See the module's docstring."""

    name = "bandit"
    parse_only = True
    timeout = 60.0

    def locate(self) -> Ready | Missing:
        """Our own interpreter, when the `bandit` distribution is installed beside it."""
        return module("bandit", distribution="bandit")

    def wants(self, path: str, data: bytes) -> bool:
        """Python sources and scripts, but no stubs: they hold no code."""
        return is_python(path, data) and not path.endswith(".pyi")

    def commands(self, job: Job) -> Sequence[Command]:
        """One run per batch of files."""
        flags = (
            *("-I", "-m", "bandit", "-q", "-f", "json", "--ignore-nosec", "--exit-zero", "-ii"),
            *("--ini", os.devnull, "-c", str(job.rules / "bandit.yaml"), "-x", "", "--"),
        )
        return [
            Command(argv=(str(job.executable), *flags, *(f"./{file}" for file in files)), ok=frozenset({0, 1}))
            for files in batches(job.files)
        ]

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        """Results as hits; errors, and files that the metrics do not name, as unread."""
        hits: list[Hit] = []
        unread: dict[str, str] = {}
        seen: set[str] = set()
        sources: dict[str, Source] = {}
        for output in outputs:
            report = document(output.stdout, "bandit")
            if not isinstance(report, dict):
                raise Unreadable("bandit printed JSON that is not an object")
            seen.update(os.path.normpath(name) for name in mapping(report, "metrics"))
            for error in objects(report, "errors"):
                unread[os.path.normpath(text(error, "filename"))] = f"bandit skipped it: {text(error, 'reason')}"
            for found in objects(report, "results"):
                path = os.path.normpath(text(found, "filename"))
                if path not in job.files:
                    raise Unreadable("bandit reported a file that it was not given")
                if path not in sources:
                    sources[path] = Source.load(job.root, path)
                hit = _hit(sources[path], found)
                if hit is not None:
                    hits.append(hit)
        for path in job.files:
            if path not in seen:
                unread.setdefault(path, "bandit did not look at it")
        given = [Unread(path=path, reason=reason) for path, reason in sorted(unread.items()) if path in job.files]
        return Reading(hits=hits, unread=given)


def _hit(source: Source, found: dict[str, Any]) -> Hit | None:
    rule, message = text(found, "test_id"), text(found, "issue_text")
    if is_test(source.path) and rule not in _EVERYWHERE:
        return None
    if rule in _PASSWORDS:
        if message.endswith(_NO_PASSWORDS):
            return None
        message = _PASSWORDS[rule]
    line = max(1, integer(found, "line_number"))
    lines = found.get("line_range")
    spanned = [number for number in lines if isinstance(number, int)] if isinstance(lines, list) else []
    # A range that begins before the line is that of the whole statement around it.
    end_line = max(spanned) if spanned and min(spanned) >= line else line
    offset = found.get("col_offset")
    # The syntax tree knows no byte order mark, and bandit writes -1 where a test names a line only.
    skipped = len(BOM) if line == 1 and source.data.startswith(BOM) else 0
    column = source.column(line, offset + skipped) if isinstance(offset, int) and offset >= 0 else None
    return Hit(
        rule=rule,
        message=message,
        location=Location(path=source.path, line=line, end_line=end_line, column=column),
        severity=_SEVERITIES.get(text(found, "issue_severity")),
        confidence=_CONFIDENCES.get(text(found, "issue_confidence")),
        help_uri=text(found, "more_info"),
    )
