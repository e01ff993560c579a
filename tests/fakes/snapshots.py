"""Readable snapshots: expected output as files beside the samples. `UPDATE_SNAPSHOTS=1` records them anew, to be read."""

from __future__ import annotations

import os
from pathlib import Path


def check(actual: str, path: Path) -> None:
    """Hold output against its snapshot; a missing one fails, unless snapshots are being recorded."""
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(actual, encoding="utf-8", newline="\n")
    assert path.exists(), f"{path.name} is missing: run with UPDATE_SNAPSHOTS=1, and read what it wrote"
    assert actual == path.read_bytes().decode("utf-8")
