"""One connection to the service, and how long it may keep a place without asking anything.

uvicorn bounds neither how slowly a request's head comes nor how slowly an answer is taken, and not how many connect. Whoever
cannot even show a token must not be able to keep the others out.
"""

from __future__ import annotations

import asyncio
from typing import cast

from uvicorn.protocols.http.h11_impl import H11Protocol


class Bounded(H11Protocol):
    """HTTP/1.1 (h11, which also bounds the size of a head) for few connections, none of which dawdles."""

    most = 256
    """Connections at a time; one more is closed."""
    head = 15.0
    """Seconds for the head of the first request."""
    taking = 60.0
    """Seconds for an answer to be taken and the next request's head to come."""

    _until: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Give it a time, or close it at once."""
        super().connection_made(cast(asyncio.Transport, transport))
        if len(self.connections) > self.most:
            self.transport.abort()
        else:
            self._give(self.head)

    def connection_lost(self, exc: Exception | None) -> None:
        """There is nothing to wait for."""
        self._give(None)
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """A whole head has come: from now on the application minds the time."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._give(None)

    def on_response_complete(self) -> None:
        """The answer is on its way, unless the next request, which had come already, is at work."""
        super().on_response_complete()
        if self.cycle.response_complete and not self.transport.is_closing():
            self._give(self.taking)

    def _give(self, seconds: float | None) -> None:
        if self._until is not None:
            self._until.cancel()
        self._until = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)
