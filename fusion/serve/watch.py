"""What becomes of messages, as log lines and counts."""

from __future__ import annotations

import logging

from fusion.dispatch.dispatcher import Handled
from fusion.dispatch.outcomes import (
    Begun,
    Buried,
    Done,
    GivenBack,
    Listener,
    Lost,
    Outcome,
    Postponed,
    Unavailable,
    Unsettled,
)
from fusion.serve.logs import about
from fusion.serve.metrics import Metrics

log = logging.getLogger("fusion.serve")


def watch(metrics: Metrics) -> Listener:
    """A consumer's listener that logs with the delivery's id and counts."""

    def heard(outcome: Outcome) -> None:
        if isinstance(outcome, Unavailable):
            metrics.messages.labels(outcome.priority.value, "unavailable").inc()
            log.error("the queue does not answer: %s", outcome.error)
            return
        message = outcome.message
        runs = outcome.result.started if isinstance(outcome, Done) and isinstance(outcome.result, Handled) else ()
        with about(delivery=message.id, run=runs[0] if runs else ""):
            end = _told(outcome)
        if end:
            metrics.messages.labels(message.priority.value, end).inc()

    return heard


def _told(outcome: Outcome) -> str:
    """Log it; the word under which it is counted."""
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
        case Begun() | Unavailable():
            return ""
