"""The names of the inference worker's queues in a Service Bus namespace."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class InferenceQueue(StrEnum):
    """The queues of the worker: one of jobs for each class, and that of the results."""

    PERSON = "person"
    PULL = "pull"
    AGAIN = "again"
    SCHEDULED = "scheduled"
    BACKFILL = "backfill"
    RESULTS = "results"


QUEUES: Mapping[InferenceQueue, str] = {queue: f"inference-{queue.value}" for queue in InferenceQueue}
"""Names of the queues."""
