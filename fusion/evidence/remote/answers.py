"""What an answer of the evidence service is worth. Pure, and it believes nothing.

Whatever ran there has read hostile files, and may be what a hostile file made of it. An answer counts as far as it speaks of
what was asked and accounts for every file; else it is as if the tool had failed, and every file of the question is unread.
It cannot say that a fix was verified, nor where something is that was not sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic import ValidationError

from fusion.evidence.examiner import Look
from fusion.evidence.remote.parts import Part, joined
from fusion.evidence.service.contract import LIMITS, Answer, values
from fusion.evidence.shown import message
from fusion.model import Fix, Hit, Location, Outcome, Side, Unread

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_LONGEST = 200
"""Characters of a version, or of what is said of an isolation."""


class Worthless(ValueError):
    """Why an answer counts for nothing: a sentence fragment."""


def read(body: bytes, part: Part, *, tool: str) -> Look:
    """What an answer to the question about `part` says; a failed look with every file unread where it counts for nothing."""
    try:
        if values(body) > LIMITS.values:
            raise Worthless(f"it has more than {LIMITS.values:,} values")
        try:
            answer = Answer.model_validate_json(body)
        except ValidationError as error:
            raise Worthless("it does not keep to its contract") from error
        return _look(answer, part, tool)
    except Worthless as worthless:
        return nothing(part, Outcome.FAILED, f"the evidence service's answer counts for nothing: {worthless}")


def nothing(part: Part, outcome: Outcome, reason: str) -> Look:
    """A look that read no file of the part."""
    return Look(outcome=outcome, reason=reason, unread=joined(tuple(part.files), reason))


def short(text: str) -> str:
    """What a service says of itself, as a receipt shows it."""
    return message(text)[:_LONGEST]


def _look(answer: Answer, part: Part, tool: str) -> Look:
    if answer.tool != tool:
        raise Worthless(f"it is about {message(answer.tool)[:40]!r}, and {tool} was asked")
    look, sent = answer.look, _Sent(part)
    if max(len(look.hits), len(look.cleared)) > LIMITS.hits:
        raise Worthless(f"it has more than {LIMITS.hits:,} hits")
    asked = frozenset(part.files)
    _among(look.read, asked, "it claims to have read")
    _among((item.path for item in look.unread), asked, "it speaks of not having read")
    _among((item.path for item in look.unfollowed), sent.paths, "it speaks of not having followed")
    for hit in (*look.hits, *look.cleared):
        sent.hold(hit)
    if look.outcome is Outcome.SKIPPED:
        if look.read or look.hits or look.cleared:
            raise Worthless("it tells of what it skipped")
        return nothing(part, Outcome.SKIPPED, message(look.reason) or "the evidence service does not have it")
    unread = {item.path: Unread(path=item.path, reason=message(item.reason)) for item in look.unread}
    silent = sorted(asked - unread.keys() - set(look.read))
    outcome, reason = look.outcome, message(look.reason)
    if silent:
        outcome = outcome if outcome is not Outcome.OK else Outcome.FAILED
        more = f" and {len(silent) - 1:,} more" if len(silent) > 1 else ""
        reason = "; ".join(filter(None, (reason, f"the evidence service says nothing of {message(silent[0])}{more}")))
        unread |= {path: Unread(path=path, reason=f"the evidence service says nothing of it for {tool}") for path in silent}
    return Look(
        outcome=outcome,
        reason=reason,
        read=tuple(path for path in dict.fromkeys(look.read) if path not in unread),
        hits=tuple(map(_claimed, look.hits)),
        unread=tuple(unread.values()),
        cleared=tuple(map(_claimed, look.cleared)),
        unfollowed=tuple(Unread(path=item.path, reason=message(item.reason)) for item in look.unfollowed),
        version=short(answer.version),
        rules=answer.rules if _DIGEST.fullmatch(answer.rules) else "",
        isolation=short(answer.isolation),
    )


def _among(paths: Iterable[str], known: frozenset[str], what: str) -> None:
    for path in paths:
        if path not in known:
            raise Worthless(f"{what} {message(path)[:80]!r}, which was not asked")


class _Sent:
    """What was sent, and how many lines it has; counted once, for an answer may speak of one file a million times."""

    def __init__(self, part: Part) -> None:
        self.paths = part.paths
        self._part = part
        self._lines: dict[str, int] = {}

    def hold(self, hit: Hit) -> None:
        """Raises Worthless where a hit, a step of its trace or an edit of its fix lies in no file that was sent."""
        for location in (hit.location, *(step.location for step in hit.trace)):
            self._place(location)
        for edit in hit.fix.edits if hit.fix is not None else ():
            if edit.path not in self.paths:
                raise Worthless(f"it would change {message(edit.path)[:80]!r}, which was not sent")

    def _place(self, location: Location) -> None:
        path = location.path
        if path not in self.paths:
            raise Worthless(f"it sees something in {message(path)[:80]!r}, which was not sent")
        if path not in self._lines:
            data = self._part.files.get(path, self._part.beside.get(path, b""))
            self._lines[path] = data.count(b"\n") + 1
        # Tools report the place behind the last line, too.
        if location.side is not Side.RIGHT or not 1 <= location.line <= self._lines[path] + 1:
            raise Worthless(f"it sees something in {message(path)[:80]!r} at a line that is not there")


def _claimed(hit: Hit) -> Hit:
    """The hit, with a fix that nobody has verified yet."""
    fix: Fix | None = hit.fix
    return (
        hit
        if fix is None
        else hit.model_copy(update={"fix": fix.model_copy(update={"verified": False, "patch": "", "by": ()})})
    )
