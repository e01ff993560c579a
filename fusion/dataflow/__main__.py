"""Data-flow analysis as a process of its own: `python -m fusion.dataflow --show FILE...`, or `--job JOB.json` for the analyzer.

It reads files below one folder, executes nothing of them and needs no network. Whatever a file does to it costs that file.
"""

from __future__ import annotations

import argparse
import json
import os
import stat
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from fusion.dataflow import show
from fusion.dataflow.crew import Analyse, Crew
from fusion.dataflow.job import Answer, Job
from fusion.dataflow.repository.trail import CONFIGURATION
from fusion.dataflow.repository.tree import language

_LARGEST = 4_000_000
"""Bytes read of one file; the front ends take less and say so."""
_MOST_FILES = 50_000
_SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", ".tox", ".mypy_cache"})
_SHOWN_SECONDS = 600.0


def main(arguments: Sequence[str] | None = None, *, analyse: Analyse | None = None) -> int:
    """Run one job, or show what is in files. Returns the exit code: 0, or 2 for a job that cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m fusion.dataflow", description="Follow hostile data through source files.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--show", nargs="+", metavar="PATH", help="files or folders to analyse, for people")
    what.add_argument("--job", metavar="JOB.json", help="a job; the answer is JSON on standard output")
    parser.add_argument(
        "--root", type=Path, default=Path(), help="the folder that imports are looked up in (default: this one)"
    )
    parser.add_argument(
        "--knowledge", type=Path, action="append", default=[], metavar="FOLDER", help="with --show: further knowledge files"
    )
    given = parser.parse_args(arguments)
    if given.job is not None:
        try:
            job = Job.model_validate_json(Path(given.job).read_bytes())
        except (OSError, ValidationError) as error:
            print(f"The job cannot be read: {error}", file=sys.stderr)
            return 2
        answer = perform(job, given.root, analyse or _solver([Path(name) for name in job.knowledge]))
        json.dump(answer.document(job.files), sys.stdout)
        return 0
    read, paths, targets = _lying(given.root, given.show)
    crew = Crew(
        analyse or _solver(_added(given.knowledge)),
        read,
        tuple(paths),
        deadline=time.monotonic() + _SHOWN_SECONDS,
        memory=2 << 30,
    )
    for line in show.lines(crew.run(targets), read):
        print(line)
    return 0


def perform(job: Job, root: Path, analyse: Analyse) -> Answer:
    """One job over the files below `root`."""
    crew = Crew(analyse, _reader(root, job.files), tuple(job.files), deadline=time.monotonic() + job.seconds, memory=job.memory)
    return crew.run(job.targets)


def _solver(knowledge: Sequence[Path]) -> Analyse:
    """The solver, with these knowledge files beside ours."""
    from fusion.dataflow.frontends.javascript import front as javascript
    from fusion.dataflow.frontends.python import front as python
    from fusion.dataflow.solver.analysis import analyse

    # Workers are forked: what they all need is loaded once, here.
    assert javascript.lower is not None
    assert python.lower is not None
    return partial(analyse, knowledge=tuple(knowledge))


def _added(folders: Sequence[Path]) -> Sequence[Path]:
    """What the installed plugins and these folders add; what is wrong there is said on standard error."""
    from fusion.dataflow.knowledge.added import added

    more = added(folders)
    for sentence in more.mistakes:
        print(sentence, file=sys.stderr)
    return more.paths


def _reader(root: Path, names: Mapping[str, str]) -> Callable[[str], bytes | None]:
    """Bytes of the files that a job names; None for what is not there, is no regular file or leaves the folder."""

    def read(path: str) -> bytes | None:
        name = names.get(path)
        if name is None or name.startswith("/") or ".." in PurePosixPath(name).parts:
            return None
        return _bytes(root / name)

    return read


def _bytes(place: Path) -> bytes | None:
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (OSError, ValueError):
        return None
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(_LARGEST) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None


def _lying(root: Path, asked: Collection[str]) -> tuple[Callable[[str], bytes | None], list[str], list[str]]:
    """How to read the files below the root, all of them that may matter, and those that were asked for."""
    root = root.resolve()
    targets: dict[str, None] = {}
    for name in asked:
        place = Path(name).resolve()
        if not place.is_relative_to(root):
            root = Path(os.path.commonpath([root, place if place.is_dir() else place.parent]))
    paths = dict.fromkeys(_walked(root, root))
    for name in asked:
        place = Path(name).resolve()
        found = _walked(place, root) if place.is_dir() else (place.relative_to(root).as_posix(),)
        targets |= dict.fromkeys(path for path in found if not place.is_dir() or language(path))
    paths |= targets
    return (lambda path: _bytes(root / path)), list(paths), list(targets)


def _walked(folder: Path, root: Path) -> Iterator[str]:
    """The source and configuration files below a folder, at most 50,000."""
    left = _MOST_FILES
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        for name in sorted(names):
            if language(name) or name in CONFIGURATION:
                left -= 1
                if left < 0:
                    return
                yield (Path(place) / name).relative_to(root).as_posix()


if __name__ == "__main__":
    sys.exit(main())
