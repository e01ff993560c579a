"""Composes what the hosts work with. The only importer of adapters, and lazily: nothing is imported before it is used."""

from fusion.runtime.app import introduce, signing_key
from fusion.runtime.attesting import attested
from fusion.runtime.bundles import SystemClock, bot, embedded, mending, reviewer
from fusion.runtime.evidence import evidence_service
from fusion.runtime.models import is_installed, recorded, replayed, thoughtful, unanswered
from fusion.runtime.scanning import local_name, scanner
from fusion.runtime.scheduler import scheduled, task_hub
from fusion.runtime.storage import (
    RECORDINGS,
    inference,
    open_databases,
    queue,
    records,
    state_folder,
    stores,
    stores_in,
    worker_queue,
)
from fusion.runtime.triggers import conductor, result_queue, trigger_queues, triggered

__all__ = [
    "RECORDINGS",
    "SystemClock",
    "attested",
    "bot",
    "conductor",
    "embedded",
    "evidence_service",
    "inference",
    "introduce",
    "is_installed",
    "local_name",
    "mending",
    "open_databases",
    "queue",
    "recorded",
    "records",
    "replayed",
    "result_queue",
    "reviewer",
    "scanner",
    "scheduled",
    "signing_key",
    "state_folder",
    "stores",
    "stores_in",
    "task_hub",
    "thoughtful",
    "trigger_queues",
    "triggered",
    "unanswered",
    "worker_queue",
]
