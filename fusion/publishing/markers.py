"""Hidden markers: the last line of what Fusion writes, by which it knows its own comments again.

    <!-- fusion:v1 thread 5f1d... 9c0e... -->

A marker names what the comment is about and is signed with HMAC-SHA-256 (RFC 2104) for one pull request, so that it counts
nowhere else. It counts only in comments that GitHub says are ours, and only as their last line: a text that Fusion quotes
stands above it, and so cannot pass for one even when it is copied from another comment.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, get_args

from fusion.model import Said

Kind = Literal["thread", "summary", "review", "reply", "notice", "issue"]
_BITS = 128
_MARKER = re.compile(r"<!-- fusion:v1 ([a-z]{1,16}) ([A-Za-z0-9._:-]{1,200}) ([0-9a-f]{32}) -->")


@dataclass(frozen=True, slots=True)
class Mark:
    """What a marker says. Keys: an entry's id (thread), `summary`, a head (review), what was answered (reply, notice),
    a check (issue)."""

    kind: Kind
    key: str


class Marks:
    """Writes and reads the markers of one pull request. `keys`: the first signs, all of them are known again."""

    def __init__(self, keys: Sequence[bytes], repository: str, number: int) -> None:
        if not keys or not all(keys):
            raise ValueError("markers need a key to sign with")
        self._keys = tuple(keys)
        # GitHub tells owners and repositories apart without regard to case
        self._place = f"{repository.lower()}#{number}"

    def write(self, kind: Kind, key: str) -> str:
        """The marker, one line. Keys are letters, digits, `.`, `_`, `:` and `-`."""
        made = f"<!-- fusion:v1 {kind} {key} {self._sign(self._keys[0], kind, key)} -->"
        if not _MARKER.fullmatch(made):
            raise ValueError(f"{key!r} is not fit for the key of a marker")
        return made

    def ended(self, text: str, kind: Kind, key: str) -> str:
        """A comment's text with its marker."""
        return f"{text.rstrip()}\n\n{self.write(kind, key)}"

    def read(self, said: Said) -> Mark | None:
        """The marker of one of our comments; None where it is not ours, has none, or one that was not signed here."""
        return self.read_body(said.body, ours=said.ours)

    def read_body(self, body: str, *, ours: bool) -> Mark | None:
        """The same for a text, such as a review's. `ours` is GitHub's word on who wrote it."""
        match = _MARKER.fullmatch(body.rstrip().rsplit("\n", 1)[-1].strip()) if ours else None
        if match is None:
            return None
        kind = next((known for known in get_args(Kind) if known == match[1]), None)
        # compared against every key, so that the time taken does not tell which one fits
        known = [hmac.compare_digest(self._sign(key, match[1], match[2]), match[3]) for key in self._keys]
        return Mark(kind, match[2]) if kind is not None and any(known) else None

    def _sign(self, secret: bytes, kind: str, key: str) -> str:
        return hmac.new(secret, f"{self._place}|{kind}|{key}".encode(), sha256).hexdigest()[: _BITS // 4]
