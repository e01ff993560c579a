"""What becomes of messages, as log lines and counts."""

from __future__ import annotations

import logging

from fusion.dispatch.dispatcher import Handled
from fusion.dispatch.outcomes import Done, Listener, Outcome, Unavailable
from fusion.dispatch.told import tell
from fusion.serve.logs import about
from fusion.serve.metrics import Metrics

log = logging.getLogger("fusion.serve")


def watch(metrics: Metrics) -> Listener:
    """A consumer's listener that logs with the delivery's id and counts."""

    def heard(outcome: Outcome) -> None:
        if isinstance(outcome, Unavailable):
            metrics.messages.labels(outcome.priority.value, tell(outcome, log)).inc()
            return
        message = outcome.message
        runs = outcome.result.started if isinstance(outcome, Done) and isinstance(outcome.result, Handled) else ()
        with about(delivery=message.id, run=runs[0] if runs else ""):
            end = tell(outcome, log)
        if end:
            metrics.messages.labels(message.priority.value, end).inc()

    return heard
