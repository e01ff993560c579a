"""What an activity is to the hosts, and how methods become activities."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from fusion.errors import FusionError
from orchestrations.waiting import settled

log = logging.getLogger("fusion.activities")

Job = dict[str, Any]
Activity = Callable[[object, Job], Awaitable[Any]]
Method = Callable[[Job], Awaitable[Any]]


def named(
    owner: object, names: Iterable[str], wrap: Callable[[Method], Method] = lambda method: method
) -> Mapping[str, Activity]:
    """Methods of one object as activities, by their names."""
    return {name: _activity(name, wrap(getattr(owner, name))) for name in names}


def published(method: Method) -> Method:
    """Of a review that is published an outage is a value, so that it can be waited for; a person at a terminal is told."""

    async def answer(job: Job) -> Any:
        return await (settled(method(job)) if job["request"].get("publish") else method(job))

    return answer


def said(what: str, error: Exception) -> str:
    """A sentence about an error that some plugin raised."""
    return f"{what} {type(error).__name__}: {str(error)[:300]}"


def _activity(name: str, method: Method) -> Activity:
    async def activity(_ctx: object, payload: Job) -> Any:
        try:
            return await method(payload)
        except FusionError:
            raise
        except Exception:  # raised again: the conversation says no more than that there is a mistake, so the log has to
            log.exception("%s of %s failed", name, payload.get("run", "no run"))
            raise

    activity.__name__ = activity.__qualname__ = name
    return activity
