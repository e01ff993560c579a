"""What is asked of the evidence service: the files that a question can name, what else the analyzer goes by, and the bytes."""

from __future__ import annotations

from collections.abc import Mapping

from fusion.evidence.analyzer import Analyzer
from fusion.evidence.remote.parts import Part, Room, joined
from fusion.evidence.service.contract import LIMITS, Question, well_named
from fusion.model import Unread

ROOM = Room(files=LIMITS.files, bytes=LIMITS.question - (6 << 20), one=LIMITS.contents - (2 << 20))
"""Of a question's bytes, what is left for files beside all the knowledge that it may hold."""


def sendable(files: Mapping[str, bytes]) -> tuple[Mapping[str, bytes], tuple[Unread, ...]]:
    """The files that a question can name, and the others."""
    named = {path: data for path, data in files.items() if well_named(path)}
    if len(named) == len(files):
        return files, ()
    return named, joined([path for path in files if path not in named], "its name cannot be sent to the evidence service")


def knowledge(analyzer: Analyzer) -> Mapping[str, bytes]:
    """Files that decide, beside its own rules, what the analyzer reports; the service has only those that come with Fusion."""
    added: Mapping[str, bytes] = getattr(analyzer, "rules_added", {})
    return added


def question(tool: str, part: Part, *, seconds: float, knowledge: Mapping[str, bytes]) -> bytes:
    """The question about a part. Raises ValidationError where the contract has no room for it."""
    asked = Question(
        tool=tool, files=part.files, beside=part.beside, own=part.own, seconds=min(seconds, LIMITS.seconds), knowledge=knowledge
    )
    return asked.model_dump_json().encode()
