"""What every queue says in the same words: ids of replays, lost locks, messages that were delivered too often."""

from __future__ import annotations

import re

from fusion.errors import UserError
from fusion.ports import Locked, LockLost

TOO_OFTEN = "MaxDeliveryCountExceeded"
"""Reason under which a queue itself sets a message aside; Service Bus' own word."""


def too_often(deliveries: int) -> str:
    """The detail that goes with it."""
    return f"It was delivered {deliveries} times, and each time its lock ran out: its consumer died or hung."


def next_replay(id: str) -> str:
    """`<delivery>/r1` for a delivery, `<delivery>/r<n+1>` for its replay n."""
    replayed = re.fullmatch(r"(.*)/r([0-9]{1,9})", id, re.DOTALL)
    return f"{replayed[1]}/r{int(replayed[2]) + 1}" if replayed else f"{id}/r1"


def missing(id: str) -> UserError:
    """There is no dead letter of that id."""
    return UserError(f"No message {id!r} was set aside; `fusion dead-letters list` shows those that were.")


def lost(locked: Locked) -> LockLost:
    """The lock ran out."""
    return LockLost(f"The lock on message {locked.message.id} ran out at {locked.until.isoformat(timespec='seconds')}.")
