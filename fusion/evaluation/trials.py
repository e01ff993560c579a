"""Reviewing labelled changes: each becomes a request of its own, and its review an outcome."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fusion.errors import FusionError, UserError
from fusion.evaluation.figures import Missed
from fusion.evaluation.kinds import kinds
from fusion.evaluation.outcomes import Outcome, Seconds, outcome, seconds
from fusion.evaluation.samples import Sample
from fusion.model import Prompt, Request, RequestKind, Response, Review
from fusion.ports import Blobs, Heard, Model
from fusion.routing.catalogue import ModelsFile

GIT_SECONDS = 60.0
_WHO = "Fusion <fusion@localhost> 1700000000 +0000"
"""Who commits a sample, and when: the same commit ids everywhere."""

Reviewer = Callable[[Sample, Request], Awaitable[Review]]
"""Reviews a change. Raises FusionError, with what went wrong, where there is no review."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One change that was reviewed, and how long it took."""

    outcome: Outcome
    seconds: Seconds


Told = Callable[[Done | Missed], None]


class Patient:
    """A model with more time for each reply than its prompt gives: for one that is slow, or a person behind an exchange."""

    def __init__(self, model: Model, seconds: float) -> None:
        self._model, self._seconds = model, seconds

    async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
        """As the model does, later."""
        limits = prompt.limits.model_copy(update={"seconds": max(self._seconds, prompt.limits.seconds)})
        return await self._model.complete(prompt.model_copy(update={"limits": limits}), heard=heard)


async def run(
    samples: Sequence[Sample],
    review: Reviewer,
    *,
    blobs: Blobs,
    folder: Path,
    file: ModelsFile | None,
    parallel: int,
    told: Told,
) -> None:
    """Review them all, some at the same time. `told` hears of each as it ends, so that nothing is lost to an interruption.

    `folder`: where repositories are made, one for each change. `file`: what model calls are routed by.
    """
    slots = asyncio.Semaphore(parallel)

    async def one(number: int, sample: Sample) -> None:
        async with slots:
            started = time.perf_counter()
            try:
                request = await prepared(sample, folder / f"{number:05}", blobs)
                found = await review(sample, request)
            except FusionError as error:
                told(Missed(id=sample.id, why=str(error)))
                return
            spent = seconds(found, time.perf_counter() - started)
            told(Done(outcome=outcome(sample, found, file, lambda kind: kinds()[kind].agent), seconds=spent))

    async with asyncio.TaskGroup() as group:
        for number, sample in enumerate(samples):
            group.create_task(one(number, sample))


async def prepared(sample: Sample, folder: Path, blobs: Blobs) -> Request:
    """The request that reviews a sample. Files and patches get a repository of their own below the folder. Raises UserError."""
    if sample.repository:
        return Request(kind=RequestKind.RANGE, location=sample.repository, head=sample.range)
    # Its name is the repository's on the receipt.
    place = folder / sample.id.rpartition("/")[2]
    await asyncio.to_thread(place.mkdir, mode=0o700, parents=True)
    await _git(place, "init", "--quiet", "--initial-branch=main", "--template=")
    await _git(place, "fast-import", "--quiet", "--done", stdin=_history(sample))
    if sample.patch:
        return Request(kind=RequestKind.PATCH, location=str(place), patch=await blobs.put(sample.patch.encode()))
    return Request(kind=RequestKind.RANGE, location=str(place), head="main..change")


def _history(sample: Sample) -> bytes:
    """The sides as commits, for `git fast-import`: nothing is checked out, so that nothing in the files configures git."""
    parts = _commit("main", "The base", sample.base or {})
    if sample.is_inline:
        parts += _commit("change", "The change", sample.head or {}, after="main", deleted=sample.deleted)
    return b"".join([*parts, b"done\n"])


def _commit(branch: str, message: str, files: dict[str, str], *, after: str = "", deleted: Sequence[str] = ()) -> list[bytes]:
    parts = [f"commit refs/heads/{branch}\ncommitter {_WHO}\n".encode(), _data(message.encode()), b"\n"]
    if after:
        parts.append(f"from refs/heads/{after}\n".encode())
    parts += [f"D {_quoted(path)}\n".encode() for path in deleted]
    for path, text in sorted(files.items()):
        parts += [f"M 100644 inline {_quoted(path)}\n".encode(), _data(text.encode()), b"\n"]
    return [*parts, b"\n"]


def _data(content: bytes) -> bytes:
    return b"data %d\n" % len(content) + content


def _quoted(path: str) -> str:
    """As git reads paths in C's way; a reader of samples lets no newline and no backslash through."""
    escaped = path.replace('"', '\\"')
    return f'"{escaped}"'


async def _git(folder: Path, *args: str, stdin: bytes = b"") -> None:
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
        "LC_ALL": "C",
    }
    try:
        process = await asyncio.create_subprocess_exec(
            *("git", *args),
            cwd=folder,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except FileNotFoundError:
        raise UserError("git is not installed, and the changes of a data set are written to repositories.") from None
    try:
        async with asyncio.timeout(GIT_SECONDS):
            _, said = await process.communicate(stdin)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise UserError(f"git {args[0]} took longer than {GIT_SECONDS:g} seconds to write a sample.") from None
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        lines = said.decode("utf-8", "replace").strip().splitlines()
        raise UserError(f"git {args[0]} cannot write the sample: {lines[-1] if lines else 'it says nothing'}.")
