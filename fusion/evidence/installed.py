"""Where an analyzer's executable is, and its version, without starting it."""

from __future__ import annotations

import shutil
import sys
from importlib import metadata
from pathlib import Path

from fusion.evidence.analyzer import Missing, Ready


def find(command: str, *, wheel: str, inside: str = "") -> Ready | Missing:
    """Look for the executable that the wheel installs, then for one on PATH.

    `wheel` is the distribution whose version is told. `inside` is the native binary's path within the wheel, for wheels
    whose command is a Python script around it: starting an interpreter costs more than most of these tools' work.
    A PATH entry that is not absolute is never used: it could be a folder of the repository under review.
    """
    try:
        distribution = metadata.distribution(wheel)
    except metadata.PackageNotFoundError:
        distribution = None
    if distribution is not None:
        beside = Path(sys.executable).parent / command
        for candidate in (Path(str(distribution.locate_file(inside))) if inside else beside, beside):
            if candidate.is_file():
                return Ready(candidate, distribution.version)
    on_path = shutil.which(command)
    if on_path and Path(on_path).is_absolute():
        return Ready(Path(on_path))
    return Missing(f"{command} is not installed")
