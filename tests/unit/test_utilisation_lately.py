"""What accelerators did lately: from what workers recorded to what a host tells, and when it tells nothing."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fusion.adapters.memory.records import ManualClock, MemoryStore
from fusion.adapters.recordings import MOST_BYTES, FileRecordings
from fusion.budget.book import Book
from fusion.errors import TransientError
from fusion.routing.catalogue import load
from fusion.routing.health import Breakers
from fusion.utilisation.lately import lately
from orchestrations.bundle import Bundle, Reasoning
from orchestrations.sounding import soundings
from tests.fakes.bot import World

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def line(
    minutes: float, *, busy: float = 15.0, accelerator: str = "NVIDIA T4", state: str = "ready", worker: str = "pod"
) -> str:
    """An interval of a minute that ended so long ago."""
    said = {"schema_version": 1, "kind": "interval", "at": (NOW - timedelta(minutes=minutes)).isoformat(), "worker": worker}
    said |= {"accelerator": accelerator, "state": state, "capacity": 4, "seconds": 60.0, "busy_seconds": busy}
    return json.dumps(said | {"running_seconds": busy, "gpu_memory_used": 8, "gpu_memory_total": 16}, separators=(",", ":"))


def told(lines: Sequence[str]) -> dict[tuple[str, ...], float]:
    return {(one.name, *one.labels.values()): round(one.value, 4) for one in lately(lines, NOW)}


def test_idle_time_is_told_by_kind_of_accelerator() -> None:
    lines = [
        *(line(minutes, busy=15) for minutes in (1, 2)),
        line(3, busy=0, state="starting", worker="another pod"),
        line(1, busy=99, accelerator=""),
        # Read twice, long ago, of a clock that is far ahead, and no sample at all.
        *(line(1, busy=15), line(16), line(-60), "{half a li", '{"kind":"interval"}', '{"kind":"job"}'),
    ]
    assert told(lines) == {
        ("fusion.gpu.idle", "NVIDIA T4"): round(1 - 30 / 180, 4),
        ("fusion.gpu.seconds", "NVIDIA T4", "busy"): 30,
        ("fusion.gpu.seconds", "NVIDIA T4", "idle"): 90,
        ("fusion.gpu.seconds", "NVIDIA T4", "away"): 60,
        ("fusion.gpu.memory", "NVIDIA T4"): 0.5,
        ("fusion.gpu.idle", "unknown"): 0,
        ("fusion.gpu.seconds", "unknown", "busy"): 60,
        ("fusion.gpu.seconds", "unknown", "idle"): 0,
        ("fusion.gpu.seconds", "unknown", "away"): 0,
        ("fusion.gpu.memory", "unknown"): 0.5,
    }
    assert told([]) == {}


async def test_a_folder_is_read_from_its_end(tmp_path: Path) -> None:
    recordings = FileRecordings(tmp_path)
    assert await FileRecordings(tmp_path / "none").recent(NOW) == []
    (tmp_path / "old.jsonl").write_text("old\n", encoding="utf-8")
    os.utime(tmp_path / "old.jsonl", (0, 0))
    (tmp_path / "worker.jsonl").write_text("x" * 2 * MOST_BYTES + f"\n{line(1)}\n", encoding="utf-8")
    found = await recordings.recent(datetime.now(UTC) - timedelta(minutes=15))
    assert found[-1] == line(1)
    assert len(found) == 2
    assert sum(map(len, found)) <= MOST_BYTES


class Asked:
    """Recordings that answer, fail, or never answer."""

    def __init__(self, answer: Sequence[str] | Exception) -> None:
        self._answer = answer

    async def recent(self, since: datetime) -> Sequence[str]:
        """The lines."""
        if isinstance(self._answer, Exception):
            raise self._answer
        if not self._answer:
            await asyncio.sleep(3600)
        return self._answer


@pytest.mark.parametrize(
    ("answer", "told"),
    [(TransientError("Blob Storage is away."), False), (KeyError("a mistake of ours"), False), ([], False), ([line(1)], True)],
    ids=["away", "mistaken", "silent", "there"],
)
async def test_a_sounding_tells_the_rest_whatever_the_recordings_do(
    tmp_path: Path, answer: Sequence[str] | Exception, told: bool
) -> None:
    bundle = reasoned(World(folder=tmp_path, clock=ManualClock(NOW)).bundle, Asked(answer))
    names = {one.name for one in await soundings(bundle, patience=15.0 if answer else 0.5)}
    assert {"fusion.queue.waiting", "fusion.budget.left"} <= names
    assert ("fusion.gpu.idle" in names) == told


def reasoned(bundle: Bundle, recordings: Asked) -> Bundle:
    file = load("", origin="models.toml")
    book = Book(MemoryStore(ManualClock(NOW)), "t", ManualClock(NOW))
    return dataclasses.replace(
        bundle, reasoning=Reasoning(models={}, file=file, breakers=Breakers(), book=book, recordings=recordings)
    )
