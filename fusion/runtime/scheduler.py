"""The task hub of the Durable Task Scheduler that the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from fusion.errors import UserError
from fusion.render.phrases import listed
from fusion.settings import Settings
from orchestrations.registry import VERSION

if TYPE_CHECKING:
    from fusion.adapters.azure.scheduler import Activity, Orchestrator, Scheduler


def scheduled(settings: Settings) -> Settings:
    """The settings as that host goes by them. Raises UserError where the processes of one bot would share no state."""
    shared: Mapping[str, Any] = {
        "FUSION_SCHEDULER": settings.scheduler,
        "FUSION_SERVICEBUS": settings.servicebus,
        "FUSION_COSMOS": settings.cosmos,
        "FUSION_BLOBS": settings.blobs,
    }
    if missing := [name for name, value in shared.items() if not value]:
        raise UserError(f"`fusion host scheduler` needs {listed(missing)}: docs/hosts.md says what each is for.")
    if settings.evidence == "auto" and not settings.evidence_service:
        # Beside the host's identities no analyzer runs, unless somebody asks for it by name.
        return settings.model_copy(update={"evidence": "off"})
    return settings


def task_hub(
    settings: Settings,
    orchestrators: Mapping[str, Orchestrator],
    activities: Mapping[str, Activity],
    *,
    grace: float,
    at_once: int = 32,
) -> AbstractAsyncContextManager[Scheduler]:
    """The hub, with a worker for these. `grace`: seconds that activities get when it closes."""
    from fusion.adapters.azure.scheduler import Scheduler

    return Scheduler(
        settings.scheduler,
        taskhub=settings.taskhub,
        version=VERSION,
        orchestrators=orchestrators,
        activities=activities,
        at_once=at_once,
        grace=grace,
    )
