"""Recorded utilisation: a line of JSON for each interval and each job, for `fusion gpu report`.

The lines are those of `contract/sample.schema.json`. Neither prompts nor replies are in them.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from gpu_worker.contract import Result
from gpu_worker.nvml import Reading

SCHEMA_VERSION = 1


def interval(
    *,
    at: datetime,
    worker: str,
    accelerator: str,
    state: str,
    capacity: int,
    seconds: float,
    busy_seconds: float,
    running_seconds: float,
    reading: Reading,
) -> dict[str, Any]:
    """What happened in the `seconds` before `at`: how long at least one generation ran, and the integral of how many did."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "interval",
        "at": at.isoformat(),
        "worker": worker,
        "accelerator": accelerator,
        "state": state,
        "capacity": capacity,
        "seconds": round(seconds, 3),
        "busy_seconds": round(min(busy_seconds, seconds), 3),
        "running_seconds": round(running_seconds, 3),
        "gpu_utilisation": reading.utilisation,
        "gpu_memory_used": reading.memory_used,
        "gpu_memory_total": reading.memory_total,
        "power_watts": reading.power,
    }


def job(*, at: datetime, worker: str, urgency: str, result: Result) -> dict[str, Any]:
    """What a job took. `at` is when its result was delivered."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "job",
        "at": at.isoformat(),
        "worker": worker,
        "job": result.job,
        "urgency": urgency,
        "model": result.model,
        "ending": str(result.ending),
        "queued_seconds": round(result.queued_seconds, 3),
        "seconds": round(result.seconds, 3),
        "first_token_seconds": None if result.first_token_seconds is None else round(result.first_token_seconds, 4),
        "gpu_seconds": round(result.gpu_seconds, 4),
        "input_tokens": result.input_tokens,
        "output_tokens": result.output_tokens,
        "cached_tokens": result.cached_tokens,
    }


class SampleFile:
    """Appends lines to a file; when it is full it becomes `NAME.1`, and older ones move on and the oldest goes.

    A full disk must not stop the work: what cannot be written is counted in `lost`.
    """

    def __init__(self, path: Path, *, most_bytes: int = 16 << 20, kept: int = 4) -> None:
        self._path = path
        self._most = most_bytes
        self._kept = kept
        self.lost = 0

    def write(self, line: dict[str, Any]) -> None:
        """Append one line."""
        data = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size + len(data) > self._most:
                self._rotate()
            with self._path.open("ab") as file:
                file.write(data)
        except OSError:
            self.lost += 1

    def _rotate(self) -> None:
        for number in range(self._kept - 1, 0, -1):
            older = self._numbered(number)
            if older.exists():
                older.replace(self._numbered(number + 1))
        self._path.replace(self._numbered(1))

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
