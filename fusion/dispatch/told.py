"""What becomes of messages, as log lines."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any

from fusion.dispatch.dispatcher import Handled
from fusion.dispatch.outcomes import (
    Begun,
    Buried,
    Done,
    GivenBack,
    Lost,
    Outcome,
    Postponed,
    Unavailable,
    Unsettled,
)

Log = logging.Logger | logging.LoggerAdapter[Any]


class Named(logging.LoggerAdapter[logging.Logger]):
    """A log whose lines begin with the delivery, for hosts that keep no ids beside a record."""

    def process(self, msg: object, kwargs: MutableMapping[str, Any]) -> tuple[str, MutableMapping[str, Any]]:
        """The message with the id in front."""
        id = str((self.extra or {}).get("delivery", "")).replace("%", "%%")
        return f"{id}: {msg}", kwargs


def tell(outcome: Outcome, log: Log) -> str:
    """Log it; the word under which it is counted, or none."""
    match outcome:
        case Done(result=Handled(what=what), seconds=seconds):
            log.info("%s (%.2f s)", what, seconds)
            return "done"
        case Done():
            return "done"
        case Postponed(error=error, attempt=attempt, until=until):
            log.warning("attempt %d failed, the next is at %s: %s", attempt, until.isoformat(timespec="seconds"), error)
            return "postponed"
        case Buried(reason=reason, detail=detail, error=error):
            log.error("set aside (%s): %s", reason, detail, exc_info=error)
            return "dead"
        case Lost():
            log.warning("its lock ran out; it comes again")
            return "lost"
        case GivenBack():
            log.info("given back: this process ends")
            return "given_back"
        case Unsettled(error=error):
            log.warning("the queue could not be told that it is done; it comes again: %s", error)
            return "unsettled"
        case Unavailable(error=error):
            log.error("the queue does not answer: %s", error)
            return "unavailable"
        case Begun():
            return ""
