"""GitHub's side of webhooks under load: deliveries at a fixed rate, and whatever is not acknowledged delivered again.

An acknowledgement's time counts from the moment at which the delivery was due, so that a server that stalls is charged for all
who queue behind the stall.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

AGAIN = 0.3
"""Seconds before a delivery that failed is delivered again."""
PATIENCE = 10.0
"""Seconds that GitHub waits for an answer."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One delivery, signed: the bytes that go over the wire."""

    guid: str
    head: bytes
    body: bytes


def signed(guid: str, event: str, body: bytes, signature: str, *, path: str = "/github") -> Sent:
    """The delivery as an HTTP/1.1 request."""
    lines = (
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        "User-Agent: GitHub-Hookshot/load",
        f"X-GitHub-Delivery: {guid}",
        f"X-GitHub-Event: {event}",
        f"X-Hub-Signature-256: {signature}",
        f"Content-Length: {len(body)}",
    )
    return Sent(guid=guid, head=("\r\n".join(lines) + "\r\n\r\n").encode(), body=body)


@dataclass(kw_only=True)
class Answers:
    """What the deliveries were answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    """Of deliveries that were acknowledged at the first attempt."""
    again: int = 0
    """Attempts that were not acknowledged and made again."""
    lasted: float = 0.0

    def at(self, share: float) -> float:
        """The quantile of the acknowledgement times, in milliseconds."""
        ordered = sorted(self.seconds)
        return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) if ordered else 0.0


class Sender:
    """Delivers to a loopback port over connections that are kept."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers = Answers()
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send(self, deliveries: Sequence[Sent], *, rate: float) -> Answers:
        """All of them, `rate` a second, each until it is acknowledged."""
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number, one in enumerate(deliveries):
                due = began + number / rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                group.create_task(self.deliver(one, due))
        self.answers.lasted += time.perf_counter() - began
        return self.answers

    async def deliver(self, one: Sent, due: float | None = None) -> None:
        """Until it is acknowledged."""
        due = time.perf_counter() if due is None else due
        first = True
        while True:
            try:
                async with asyncio.timeout(PATIENCE):
                    status = await self._post(one)
            except (OSError, EOFError, ValueError, TimeoutError):
                status = 0
            if 200 <= status < 300:
                if first:
                    self.answers.seconds.append(time.perf_counter() - due)
                self.answers.statuses[status] += 1
                return
            if status:
                self.answers.statuses[status] += 1
            first = False
            self.answers.again += 1
            await asyncio.sleep(AGAIN)

    async def _post(self, one: Sent) -> int:
        if self._idle:
            # The server may have closed a connection that was idle for long: that is no answer, and no failure.
            with contextlib.suppress(ConnectionError, EOFError):
                return await self._exchange(one, *self._idle.pop())
        return await self._exchange(one, *await asyncio.open_connection("127.0.0.1", self.port))

    async def _exchange(self, one: Sent, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        try:
            writer.write(one.head + one.body)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.partition("content-length:")[2].partition("\r\n")[0])
            await reader.readexactly(length)
        except BaseException:
            writer.close()
            raise
        self._idle.append((reader, writer))
        return int(head.split(" ", 2)[1])

    def close(self) -> None:
        """Hang up."""
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()
