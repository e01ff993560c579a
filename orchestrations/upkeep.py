"""What a host does once a day: give back the money of runs that died, and delete what is past its retention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from fusion.purge import Purged, purge
from orchestrations.bundle import Bundle

SILENT = timedelta(days=1)
"""An account that nobody wrote for so long is of a run that died, or waits: one that goes on opens its account again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was done. `closed`: accounts of runs that ended without closing them."""

    closed: int
    purged: Purged

    def __str__(self) -> str:
        said = f"purged: {sum(self.purged.records.values())} records, {self.purged.blobs} blobs"
        return f"{said}; closed: the accounts of {self.closed} runs" if self.closed else said


async def keep_up(bundle: Bundle, *, retention: timedelta) -> Kept:
    """Both, the money first: it is quick, and the purge may be cut short. Raises what the stores raise; may be repeated."""
    closed = 0
    if bundle.reasoning is not None:
        closed = await bundle.reasoning.book.abandon(before=bundle.clock.now() - SILENT)
    purged = await purge(bundle.store, bundle.blobs, bundle.clock, tenant=bundle.tenant, retention=retention)
    return Kept(closed=closed, purged=purged)
