"""What the App sees as itself, in memory: a public fake of AppAccess."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fusion.errors import Gone
from fusion.ports import Attempted, Installed


class MemoryAppAccess:
    """Answers from lists that tests fill; `redelivered` holds the attempts that were asked for again, in order."""

    def __init__(self) -> None:
        self.attempts: list[Attempted] = []
        self.installed: dict[int, Installed] = {}
        self.seen: dict[int, tuple[str, ...]] = {}
        """Full names of repositories by installation."""
        self.redelivered: list[int] = []

    async def deliveries(self, since: datetime) -> Sequence[Attempted]:
        """Attempts since then, newest first."""
        found = [attempt for attempt in self.attempts if attempt.at >= since]
        return sorted(found, key=lambda attempt: (attempt.at, attempt.id), reverse=True)

    async def redeliver(self, id: int) -> None:
        """Note it. Raises Gone when there is no such attempt."""
        if all(attempt.id != id for attempt in self.attempts):
            raise Gone(f"There is no delivery attempt {id}.")
        self.redelivered.append(id)

    async def installations(self) -> Sequence[Installed]:
        """All of them."""
        return list(self.installed.values())

    async def repositories(self, installation: int) -> Sequence[str]:
        """What was set in `seen`. Raises Gone without such an installation."""
        if installation not in self.installed:
            raise Gone(f"There is no installation {installation}.")
        return self.seen.get(installation, ())
