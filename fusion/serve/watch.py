"""What becomes of messages, as log lines and counts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from fusion.dispatch.dispatcher import Handled
from fusion.dispatch.outcomes import Done, Listener, Outcome, Unavailable
from fusion.dispatch.told import tell
from fusion.serve.logs import about
from fusion.serve.metrics import Metrics
from fusion.telemetry.context import trace_id
from fusion.telemetry.metering import tell as measure
from fusion.telemetry.watching import of_outcome

log = logging.getLogger("fusion.serve")


def watch(metrics: Metrics, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Listener:
    """A consumer's listener that logs with the delivery's id and counts."""

    def heard(outcome: Outcome) -> None:
        if isinstance(outcome, Unavailable):
            measure(metrics.meter, of_outcome(outcome, tell(outcome, log), now()))
            return
        message = outcome.message
        runs = outcome.result.started if isinstance(outcome, Done) and isinstance(outcome.result, Handled) else ()
        with about(trace=trace_id(message.trace), delivery=message.id, run=runs[0] if runs else ""):
            end = tell(outcome, log)
        measure(metrics.meter, of_outcome(outcome, end, now()))

    return heard
