"""Overdue TODO comments: `TODO(2025-03-01): drop the old endpoint` is a finding once that day has passed.

An analyzer is pure functions around one sandboxed command. This one runs Python on its own `scan.py`: the files that it
reads are never imported, and what it prints is parsed with suspicion.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from fusion.evidence.analyzer import Command, Job, Missing, Output, Reading, Ready, Unreadable
from fusion.model import Confidence, Hit, Location, Review, Severity


class Todo:
    """The analyzer. Fusion finds it by the entry point `fusion.analyzers`."""

    name = "todo"
    parse_only = True
    timeout = 20.0
    rules = Path(__file__).parent
    """What the sandbox lets it read beside the scratch copy: its own folder."""

    def locate(self) -> Ready | Missing:
        """The interpreter that runs Fusion is the one that runs the scan."""
        return Ready(Path(sys.executable), "0.1.0")

    def wants(self, path: str, data: bytes) -> bool:
        """Any text file that has such a comment at all."""
        return b"TODO(" in data and b"\0" not in data[:8000]

    def commands(self, job: Job) -> Sequence[Command]:
        """One process for all files."""
        return [Command(argv=(str(job.executable), "-I", str(job.rules / "scan.py"), *job.files))]

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        """One hit per overdue comment."""
        try:
            rows = json.loads(outputs[0].stdout)
            hits = [
                Hit(
                    rule="overdue",
                    message=f"This was to be done by {row['due']}: do it, or give it a new day.",
                    location=Location(path=row["path"], line=row["line"], end_line=row["line"]),
                    severity=Severity.LOW,
                    confidence=Confidence.CERTAIN,
                )
                for row in rows
            ]
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable(f"the scan printed something else than its JSON ({error})") from error
        return Reading(hits=hits)


class OneLine:
    """The format: one line, for a chat message or a commit hook."""

    name = "oneline"
    media_type = "text/plain"

    def render(self, review: Review) -> str:
        """Verdict and counts."""
        return f"{review.verdict.value}: {len(review.findings)} findings, {review.tally.new} new, {review.tally.fixed} fixed"
