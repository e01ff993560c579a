"""What stands between a worker of the Durable Task Scheduler and its channel: it delivers answers again, and sees streams.

The SDK's worker sends what an activity or a replay gave once. If the scheduler is away at that moment, the result is gone and
the work has to be done again, after a time-out. An answer carries the token of its piece of work, so that a second delivery of
the same one changes nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grpc import UnaryUnaryClientInterceptor

_ANSWERS = ("CompleteActivityTask", "CompleteOrchestratorTask")
_WORK = "GetWorkItems"
_PAUSE = (0.2, 5.0)
"""Seconds between deliveries: at first, and at most."""


def delivering(patience: float, dropped: threading.Event, connected: Callable[[int], None]) -> UnaryUnaryClientInterceptor:
    """An interceptor: answers are sent for `patience` seconds, or until `dropped`; `connected` hears +1 and -1 of streams."""
    # gRPC costs a noticeable start-up, and its interceptors are told apart by their base classes.
    from grpc import StatusCode, UnaryStreamClientInterceptor, UnaryUnaryClientInterceptor

    class Delivering(UnaryUnaryClientInterceptor, UnaryStreamClientInterceptor):  # type: ignore[misc]
        def intercept_unary_unary(self, continuation: Callable[[Any, Any], Any], details: Any, request: Any) -> Any:
            if not _method(details).endswith(_ANSWERS):
                return continuation(details, request)
            until, pause = time.monotonic() + patience, _PAUSE[0]
            while True:
                answer = continuation(details, request)
                if answer.code() is not StatusCode.UNAVAILABLE or time.monotonic() > until or dropped.wait(pause):
                    return answer
                pause = min(2 * pause, _PAUSE[1])

        def intercept_unary_stream(self, continuation: Callable[[Any, Any], Any], details: Any, request: Any) -> Any:
            stream = continuation(details, request)
            if _method(details).endswith(_WORK):
                connected(1)
                if not stream.add_callback(lambda: connected(-1)):
                    connected(-1)
            return stream

    return Delivering()


def _method(details: Any) -> str:
    method = details.method
    return method.decode() if isinstance(method, bytes) else str(method)
