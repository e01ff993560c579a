"""What is to be exported, in memory, and the thread that carries it away.

Whoever ends a span puts it here and goes on: nothing waits, whatever the other side does. While it is down or slow, so much is
kept and no more; what is lost is counted, and said once a minute.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum

from fusion.ports.telemetry import Record

log = logging.getLogger("fusion.telemetry")

MOST = 4096
"""Spans that wait at most."""
HEAVIEST = 16 * 1024 * 1024
"""Characters that they hold at most: what models are asked and answer, where that is recorded, is long."""
BATCH = 512
BULK = 1024 * 1024
"""Characters after which a batch takes no further span: collectors refuse what is too large, the whole of it."""
EVERY = 2.0
"""Seconds between batches that are not full."""
LONGEST = 30.0
"""Seconds until the same batch is tried again, at most; from one on, doubling."""
TRIES = 8
"""How often the same batch is tried."""
_LAST = 0.2
"""Seconds between tries while it is closed."""
TOLD = 60.0
"""Seconds between two lines about what was lost."""


class Sending(Enum):
    """How it went to send a batch."""

    DONE = "done"
    AGAIN = "again"
    """Not now: it may go later."""
    LOST = "lost"
    """The other side does not take it."""


class Outbox:
    """Spans that wait for `send`, which one thread calls, at most `batch` at a time.

    `send` may block for as long as it likes. `name`: the other side, in log lines.
    """

    def __init__(
        self,
        send: Callable[[Sequence[Record]], Sending],
        *,
        name: str,
        most: int = MOST,
        heaviest: int = HEAVIEST,
        batch: int = BATCH,
        every: float = EVERY,
        longest: float = LONGEST,
        told: float = TOLD,
    ) -> None:
        self._send = send
        self._name = name
        self._most = most
        self._heaviest = heaviest
        self._batch = batch
        self._every = every
        self._longest = longest
        self._told_every = told
        self._lock = threading.Lock()
        self._waiting: deque[Record] = deque()
        self._hand: Sequence[Record] = ()
        self._weight = 0
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._lost = self._untold = 0
        self._told = -told
        # As a daemon: a process that ends waits for nobody's collector.
        self._thread = threading.Thread(target=self._run, name=f"telemetry to {name}", daemon=True)
        self._thread.start()

    @property
    def lost(self) -> int:
        """Spans that nobody will see."""
        return self._lost

    def put(self, span: Record) -> None:
        """Keep it, unless too many wait."""
        with self._lock:
            fits = len(self._waiting) + len(self._hand) < self._most and self._weight + span.size <= self._heaviest
            if self._closing.is_set() or not fits:
                self._lost += 1
                self._untold += 1
            else:
                self._waiting.append(span)
                self._weight += span.size
            full = len(self._waiting) >= self._batch
        if not fits:
            # Not left to the thread: it may be held by a collector that never comes to an end.
            self._tell()
        elif full:
            self._wake.set()

    def stop(self) -> None:
        """Take nothing more; what waits is tried once more."""
        with self._lock:
            self._closing.set()
        self._wake.set()

    def join(self, seconds: float) -> None:
        """Wait for the thread so long, count what it leaves behind as lost, and say so."""
        self._thread.join(seconds)
        with self._lock:
            left = len(self._waiting) + len(self._hand)
            self._waiting.clear()
            self._hand = ()
            self._weight = 0
            self._lost += left
            self._untold += left
        self._tell(last=True)

    def flush(self, seconds: float = 30.0) -> bool:
        """Have a batch sent now, and wait until nothing is left, or so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._wake.set()
            with self._lock:
                if not self._waiting and not self._hand:
                    return True
            time.sleep(0.01)
        return False

    def _run(self) -> None:
        """Send, until it is closed; a batch that did not go so often is given up."""
        failures = 0
        while not self._closing.is_set():
            if failures:
                # Not woken by what comes meanwhile: the other side wants to be left alone.
                self._closing.wait(min(2.0 ** (failures - 1), self._longest))
            else:
                self._wake.wait(self._every)
            self._wake.clear()
            failures = 0 if self._sent_all() else failures + 1
            if failures >= TRIES:
                # The next one is tried no sooner: it is the other side that is away, not this batch that is bad.
                self._give_up()
            self._tell()
        while not self._sent_all():
            # `join` takes away what does not go in time, and this ends.
            time.sleep(_LAST)

    def _sent_all(self) -> bool:
        """Send batch after batch, until none is left or one does not go now."""
        while True:
            with self._lock:
                if not self._hand:
                    self._hand = self._next()
                hand = self._hand
            if not hand:
                return True
            try:
                sending = self._send(hand)
            except Exception:  # the thread's edge: whatever a library makes of one batch, the next ones are sent
                log.debug("a batch for %s cannot be sent", self._name, exc_info=True)
                sending = Sending.LOST
            if sending is Sending.AGAIN:
                return False
            if sending is Sending.LOST:
                self._give_up()
            with self._lock:
                self._put_down()

    def _next(self) -> Sequence[Record]:
        """The next batch."""
        hand: list[Record] = []
        bulk = 0
        while self._waiting and len(hand) < self._batch and bulk < BULK:
            hand.append(self._waiting.popleft())
            bulk += hand[-1].size
        return hand

    def _put_down(self) -> None:
        self._weight -= sum(span.size for span in self._hand)
        self._hand = ()

    def _give_up(self) -> None:
        with self._lock:
            self._lost += len(self._hand)
            self._untold += len(self._hand)
            self._put_down()

    def _tell(self, *, last: bool = False) -> None:
        now = time.monotonic()
        with self._lock:
            if not self._untold or (now - self._told < self._told_every and not last):
                return
            self._told = now
            untold, self._untold = self._untold, 0
        log.warning("%d spans for %s are lost, %d altogether: it does not take them in time", untold, self._name, self._lost)


def close(boxes: Sequence[Outbox], seconds: float) -> None:
    """End them all, within so many seconds altogether."""
    end = time.monotonic() + seconds
    for box in boxes:
        box.stop()
    for box in boxes:
        box.join(max(end - time.monotonic(), 0.0))
