"""Analyzers away from this host: an `Examiner` that asks the evidence service, each question in a session of its own.

Whatever the service, the network or a session does comes back as a value, and what nobody looked at is unread. A session that
died over several files is asked again about halves of them, a bounded number of times: one file must not hide the others.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from fusion.evidence.analyzer import Analyzer, Missing, Ready
from fusion.evidence.digests import with_added
from fusion.evidence.examiner import Footing, Look
from fusion.evidence.remote import answers, questions
from fusion.evidence.remote.catalogue import Current
from fusion.evidence.remote.parts import Part, Room, divide
from fusion.evidence.remote.replies import HASTY, Attempts, Ending, began, weigh
from fusion.evidence.service.contract import EXAMINE, LIMITS
from fusion.evidence.shown import message
from fusion.model import Outcome, Unread
from fusion.ports.sessions import Sessions

GRACE = 60.0
"""Seconds beside the tool's own for a pool that is cold or full."""
_CARRYING = 10.0
"""Seconds for the way there and back."""
_GONE = 30.0
"""Seconds for which nobody is waited for who was not there, or full: a review has many questions, and must end."""
_TRIALS = 10
"""Further questions to find the files that no answer comes for."""
_AT_ONCE = 3
"""Questions of one look that are open at the same time."""
_GRAVITY = {Outcome.OK: 0, Outcome.SKIPPED: 1, Outcome.CUT: 2, Outcome.FAILED: 3, Outcome.TIMED_OUT: 4}


@dataclass(slots=True)
class _Search:
    """The shared budget of one look, and what its questions brought."""

    analyzer: Analyzer
    knowledge: Mapping[str, bytes]
    seconds: float
    deadline: float
    trials: int = _TRIALS
    looks: list[Look] = field(default_factory=list)

    @property
    def left(self) -> float:
        return self.deadline - time.monotonic()


class RemoteExaminer:
    """Asks `sessions`. `room`: what one question may hold; `grace`: seconds that a pool which is not ready is waited for."""

    def __init__(
        self,
        sessions: Sessions,
        *,
        room: Room = questions.ROOM,
        grace: float = GRACE,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._sessions = sessions
        self._room, self._grace, self._sleep = room, grace, sleep
        self._gone = float("-inf")
        self._current = Current(sessions)

    @property
    def isolation(self) -> str:
        """Where it is; what is in force there, each answer says."""
        return self._sessions.place

    @property
    def network_cut(self) -> bool:
        """True: a service that cannot cut the network off gives no file to a tool that does more than parse."""
        return True

    @property
    def for_strangers(self) -> bool:
        """True: no identity and no secret is where the tools run."""
        return True

    def locate(self, analyzer: Analyzer) -> Ready | Missing:
        """Whether the service has it is known when it is asked, and its version."""
        return Ready(Path(analyzer.name))

    async def footing(self, analyzer: Analyzer) -> Footing | Missing | None:
        """What the service said of itself within the last minutes; None: it says nothing."""
        found = await self._current.catalogue()
        if found is None:
            return None
        tool = next((tool for tool in found.tools if tool.name == analyzer.name), None)
        if tool is None or tool.missing:
            return Missing(message(tool.missing) if tool else "the evidence service has no such analyzer")
        return Footing(
            version=answers.short(tool.version),
            rules=with_added(tool.rules, questions.knowledge(analyzer)),
            isolation="; ".join((self._sessions.place, answers.short(found.isolation))),
        )

    async def examine(
        self,
        analyzer: Analyzer,
        ready: Ready,  # noqa: ARG002 - the protocol's; the service locates its own
        contents: Mapping[str, bytes],
        *,
        seconds: float,
        beside: Mapping[str, bytes] = MappingProxyType({}),
        own: Collection[str] = (),
    ) -> Look:
        """Look at `contents` there. Never raises for what the service, a session or a tool does."""
        started = time.monotonic()
        seconds = min(seconds, LIMITS.seconds)
        deadline = started + LIMITS.until(seconds) + self._grace
        search = _Search(analyzer, questions.knowledge(analyzer), seconds, deadline)
        sendable, unsendable = questions.sendable(contents)
        consulted, mute = questions.sendable(beside)
        division = divide(
            sendable,
            consulted,
            own,
            self._room,
            follows=hasattr(analyzer, "consults"),
            tells_own=bool(getattr(analyzer, "tells_own", False)),
        )
        slots = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(self._search(search, part, slots) for part in division.parts))
        left_out = len(mute) + division.left
        return _together(
            search.looks,
            unread=(*unsendable, *division.unread),
            note=f"{left_out:,} file{'s' if left_out > 1 else ''} could not be consulted there (no room)" if left_out else "",
            place=self._sessions.place,
            seconds=time.monotonic() - started,
        )

    async def _search(self, search: _Search, part: Part, slots: asyncio.Semaphore) -> None:
        """Ask about everything at once; where no answer comes, about halves. Breadth first, so that the innocent come first."""
        parts = deque([part])
        tells_own = bool(getattr(search.analyzer, "tells_own", False))
        while parts:
            part = parts.popleft()
            async with slots:
                found = await self._asked(search, part)
            if isinstance(found, Look):
                search.looks.append(found)
                continue
            halves = part.halves(tells_own=tells_own)
            if found.divide and 1 < len(halves) <= search.trials and search.left > _CARRYING:
                search.trials -= len(halves)
                parts.extend(halves)
            else:
                search.looks.append(answers.nothing(part, found.outcome, found.reason))

    async def _asked(self, search: _Search, part: Part) -> Look | Ending:
        """One question until there is an answer, or none is to be had: each time in another session."""
        attempts = HASTY if time.monotonic() - self._gone < _GONE else Attempts()
        while True:
            left = search.left
            if left <= 0:
                return Ending(outcome=Outcome.TIMED_OUT, reason="the time was over before the evidence service was asked")
            seconds = max(1.0, min(search.seconds, (left - LIMITS.grace - _CARRYING) / 2))
            try:
                question = await asyncio.to_thread(
                    questions.question, search.analyzer.name, part, seconds=seconds, knowledge=search.knowledge
                )
            except ValidationError as error:
                why = message(error.errors(include_input=False)[0]["msg"])
                return Ending(outcome=Outcome.FAILED, reason=f"no question to the evidence service can hold it ({why})")
            session = f"fusion-{secrets.token_hex(16)}"
            try:
                within = min(left, LIMITS.until(seconds) + _CARRYING)
                reply = await self._sessions.ask(EXAMINE, question, session=session, seconds=within, most=LIMITS.answer)
            except asyncio.CancelledError:
                # Nobody waits any more, and the session would be in the way of others.
                await asyncio.shield(self._sessions.stop(session))
                raise
            if began(reply):
                await self._sessions.stop(session)
            then = weigh(reply, attempts, left=search.left, patience=self._grace, spread=random.random())
            if then is None:
                return await asyncio.to_thread(answers.read, reply.body, part, tool=search.analyzer.name)
            if isinstance(then, Ending):
                if then.gone:
                    self._gone = time.monotonic()
                return then
            attempts = then.attempts
            await self._sleep(then.seconds)


def _together(looks: Sequence[Look], *, unread: Sequence[Unread], note: str, place: str, seconds: float) -> Look:
    """All questions' looks as one. A tool that the service does not have is skipped, if it had it for no question."""
    told = [look.isolation for look in looks if look.isolation]
    isolation = "; ".join(dict.fromkeys((place, *told)))
    if looks and not unread and all(look.outcome is Outcome.SKIPPED for look in looks):
        skipped = tuple(item for look in looks for item in look.unread)
        return Look(outcome=Outcome.SKIPPED, reason=looks[0].reason, unread=skipped, isolation=isolation, seconds=seconds)
    worst = max(looks, key=lambda look: _GRAVITY[look.outcome], default=Look(outcome=Outcome.OK))
    outcome = worst.outcome
    if outcome is Outcome.SKIPPED or (outcome is Outcome.OK and unread):
        outcome = Outcome.FAILED
    kinds = {(look.version, look.rules) for look in looks if look.version or look.rules}
    mixed = "its sessions had different versions or rules" if len(kinds) > 1 else ""
    said = (worst.reason, *(look.reason for look in looks), *_said(unread), note, mixed)
    return Look(
        outcome=outcome,
        reason="; ".join(dict.fromkeys(filter(None, said))),
        read=tuple(path for look in looks for path in look.read),
        hits=tuple(hit for look in looks for hit in look.hits),
        unread=(*(item for look in looks for item in look.unread), *unread),
        cleared=tuple(hit for look in looks for hit in look.cleared),
        unfollowed=tuple({item.path: item for look in looks for item in look.unfollowed}.values()),
        seconds=seconds,
        version=next((look.version for look in looks if look.version), ""),
        rules=next((look.rules for look in looks if look.rules), ""),
        isolation=isolation,
    )


def _said(unread: Sequence[Unread]) -> Sequence[str]:
    if not unread:
        return []
    more = f" (and {len(unread) - 1:,} more)" if len(unread) > 1 else ""
    return [message(f"{unread[0].path}: {unread[0].reason}{more}")]
