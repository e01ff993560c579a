"""What accelerators did in the last minutes, from what workers recorded: measurements. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from fusion.telemetry.metering import Measurement
from fusion.utilisation.samples import IntervalSample, read

LATELY = timedelta(minutes=15)
_AHEAD = timedelta(minutes=5)
"""By which a worker's clock may be ahead."""


def lately(lines: Iterable[str], now: datetime) -> Iterator[Measurement]:
    """Idle share, seconds and memory, by kind of accelerator; nothing of those that recorded nothing lately."""
    chosen = (line for line in lines if '"interval"' in line)
    known: dict[str, dict[tuple[str, datetime], IntervalSample]] = {}
    for sample in read([("", chosen)]).intervals:
        if now - LATELY <= sample.at <= now + _AHEAD:
            # A line may have been read twice, from a file and from where that was put away.
            known.setdefault(sample.accelerator or "unknown", {})[sample.worker, sample.at] = sample
    for accelerator, samples in sorted(known.items()):
        yield from _told({"accelerator": accelerator}, list(samples.values()))


def _told(named: dict[str, str], samples: list[IntervalSample]) -> Iterator[Measurement]:
    whole = sum(sample.seconds for sample in samples)
    busy = sum(min(sample.busy_seconds, sample.seconds) for sample in samples)
    idle = sum(sample.seconds - min(sample.busy_seconds, sample.seconds) for sample in samples if sample.state == "ready")
    if whole:
        yield Measurement("fusion.gpu.idle", 1 - busy / whole, named)
    for state, seconds in (("busy", busy), ("idle", idle), ("away", max(0.0, whole - busy - idle))):
        yield Measurement("fusion.gpu.seconds", seconds, {**named, "state": state})
    used = [one.gpu_memory_used / one.gpu_memory_total for one in samples if one.gpu_memory_used and one.gpu_memory_total]
    if used:
        yield Measurement("fusion.gpu.memory", min(1.0, max(used)), named)
