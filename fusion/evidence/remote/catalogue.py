"""What an evidence service is and has, by asking it: for `fusion doctor`, and for whoever remembers what it said before.

A service's image is exchanged while hosts run. So evidence from before counts only while the service says that it would look
with the same tools, rules and isolation again.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable

from pydantic import ValidationError

from fusion.evidence.remote.replies import began, told
from fusion.evidence.service.contract import TOOLS, Catalogue
from fusion.ports.sessions import Sessions

_SECONDS = 45.0
"""A pool's first session may have to be started."""
_MOST = 1 << 20
_CURRENT = 300.0
"""Seconds for which a catalogue is taken as what the service is."""
_SILENT = 30.0
"""Seconds for which one that gave none is not asked again."""


async def catalogue(sessions: Sessions) -> Catalogue | str:
    """The service's own word, or why it gives none, as a sentence."""
    session = f"fusion-{secrets.token_hex(16)}"
    reply = await sessions.ask(TOOLS, None, session=session, seconds=_SECONDS, most=_MOST)
    if began(reply):
        await sessions.stop(session)
    if reply.fault is not None or reply.status != 200:
        why = told(reply)
        return f"{why[:1].upper()}{why[1:]}."
    try:
        return Catalogue.model_validate_json(reply.body)
    except ValidationError:
        return "What answers there is no evidence service that this version of Fusion knows: see FUSION_EVIDENCE_SERVICE."


class Current:
    """The catalogue as it was a few minutes ago at most; many may ask for it at once, and the service is asked once."""

    def __init__(self, sessions: Sessions, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._sessions, self._clock = sessions, clock
        self._known: Catalogue | None = None
        self._until = float("-inf")
        self._lock = asyncio.Lock()

    async def catalogue(self) -> Catalogue | None:
        """What it is; None: it does not say."""
        async with self._lock:
            if self._clock() >= self._until:
                found = await catalogue(self._sessions)
                self._known = found if isinstance(found, Catalogue) else None
                self._until = self._clock() + (_CURRENT if self._known else _SILENT)
            return self._known
