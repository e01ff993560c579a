"""Where an analyzer's executable is, and its version, without starting it; and how many files fit one command line."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata, util
from pathlib import Path

from fusion.evidence.analyzer import Missing, Ready

_ARGUMENT_BYTES = 96 * 1024
"""Bytes of file names per command: far below every system's limit, environment included."""


def program(command: str, *, distribution: str, inside: str = "") -> Ready | Missing:
    """Look for the executable that the distribution installs, then for one on the search path.

    `inside` is the native binary's path within the distribution, for those whose command is a Python script around it:
    starting an interpreter costs more than most of these tools' work. The version told is the distribution's.
    An entry of PATH that is not absolute is never used: it could be a folder of the repository under review.
    """
    try:
        found = metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        found = None
    if found is not None:
        beside = Path(sys.executable).parent / command
        for candidate in (Path(str(found.locate_file(inside))) if inside else beside, beside):
            if candidate.is_file() and os.access(candidate, os.X_OK):
                return Ready(candidate, found.version)
    search = os.pathsep.join(entry for entry in os.environ.get("PATH", "").split(os.pathsep) if Path(entry).is_absolute())
    on_path = shutil.which(command, path=search) if search else None
    return Ready(Path(on_path)) if on_path else Missing(f"{command} is not installed")


def module(name: str, *, distribution: str) -> Ready | Missing:
    """A Python program that is run as `python -I -m name` (isolated: what it reads is never on its import path)."""
    try:
        version = metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return Missing(f"{distribution} is not installed")
    return Ready(Path(sys.executable), version) if util.find_spec(name) else Missing(f"{distribution} has no module {name}")


def batches(files: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The files in order, in groups that fit one command line; no group is empty."""
    group: list[str] = []
    size = 0
    for path in files:
        length = len(os.fsencode(path)) + 1
        if group and size + length > _ARGUMENT_BYTES:
            yield tuple(group)
            group, size = [], 0
        group.append(path)
        size += length
    if group:
        yield tuple(group)
