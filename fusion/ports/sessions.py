"""Where analyzers run away from this host: one question goes there as bytes, one answer comes back as bytes.

What is asked and what an answer is worth is `fusion.evidence.remote`'s; an adapter only carries.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Fault(StrEnum):
    """Why there is no answer."""

    UNREACHABLE = "unreachable"
    """No connection came about."""
    BROKEN = "broken"
    """The connection ended before the answer did: what was at work there may have died."""
    LATE = "late"
    """Nothing, or not all, within the time."""
    FLOOD = "flood"
    """More bytes than were asked for."""
    NOT_SIGNED_IN = "not signed in"
    """Nobody could sign in, so nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of one question: an HTTP answer, or a fault."""

    status: int = 0
    """Of the answer; 0 where there is a fault."""
    body: bytes = b""
    kind: str = ""
    """The answer's media type, lower case, without parameters."""
    wait: float | None = None
    """Seconds that the other side asks to wait."""
    full: bool = False
    """This is how the place says that all its sessions are taken, or not up yet."""
    fault: Fault | None = None
    told: str = ""
    """More about a fault or a refusal, as a sentence that says what to do; made here, never by the other side."""


class Sessions(Protocol):
    """A place with sessions. Each name is a session of its own, which nobody has used before."""

    @property
    def place(self) -> str:
        """What it is, for the receipt: "Container Apps dynamic session (pool fusion)"."""
        ...

    async def ask(self, path: str, question: bytes | None, *, session: str, seconds: float, most: int) -> Reply:
        """Send a question (POST; None: GET) to a path in the session; wait `seconds` for at most `most` bytes. Never raises."""
        ...

    async def stop(self, session: str) -> None:
        """End the session, so that another can take its place. Never raises; where sessions end by themselves, nothing."""
        ...
