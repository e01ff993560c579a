"""Who looks at files with an analyzer: this machine's sandbox, or a service away from every identity.

`fusion.evidence.collect` and all that verifies fixes ask an `Examiner`, and cannot tell which it was but by the receipt.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from fusion.evidence.analyzer import Analyzer, Missing, Ready
from fusion.model import Hit, Outcome, ToolRun, Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What came of it. Paths are the repository's; `hits` may be there although the outcome is not `ok`."""

    outcome: Outcome
    reason: str = ""
    read: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()
    unread: tuple[Unread, ...] = ()
    cleared: tuple[Hit, ...] = ()
    unfollowed: tuple[Unread, ...] = ()
    seconds: float = 0.0
    version: str = ""
    """Of the tool that looked, where `locate` could not say it."""
    rules: str = ""
    """Digest of the rules that it went by, where they are not this host's."""
    isolation: str = ""
    """What was in force, where only whoever looked can say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footing:
    """What a report of an analyzer would stand on now, in the words of its receipt. One of another footing is not current."""

    version: str = ""
    rules: str = ""
    isolation: str = ""

    def carries(self, run: ToolRun) -> bool:
        """Whether a run was made on it."""
        return (run.version, run.rules, run.isolation) == (self.version, self.rules, self.isolation)


class Examiner(Protocol):
    """Runs analyzers over files, and says how well what they read is shut in."""

    @property
    def isolation(self) -> str:
        """What is in force, for the receipt."""
        ...

    @property
    def network_cut(self) -> bool:
        """Whether a tool can reach no network."""
        ...

    @property
    def for_strangers(self) -> bool:
        """Whether code from forks may be looked at here: nothing that it could take over is near an identity or a secret."""
        ...

    def locate(self, analyzer: Analyzer) -> Ready | Missing:
        """Whether the analyzer can be asked; starts no process and asks nobody."""
        ...

    async def footing(self, analyzer: Analyzer) -> Footing | Missing | None:
        """What a report would stand on if it were made now; None: nobody can say, and nothing from before counts.

        May raise whatever a third party's analyzer raises.
        """
        ...

    async def examine(
        self,
        analyzer: Analyzer,
        ready: Ready,
        contents: Mapping[str, bytes],
        *,
        seconds: float,
        beside: Mapping[str, bytes] = MappingProxyType({}),
        own: Collection[str] = (),
    ) -> Look:
        """Look at `contents` (repository path -> bytes), with `beside` to consult. Never raises for what a tool does.

        `own` are the paths beside it that other runs over the same tree report on. `seconds` of wall time for one run.
        """
        ...
