"""Models, the queue of the inference worker, and time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from fusion.model import InferenceJob, Prompt, Response, Urgency

Heard = Callable[[str], None]
"""Told each piece of a reply as it streams in, where a person waits."""


class Model(Protocol):
    """One endpoint that answers prompts: a deployment in the cloud, a server on this machine, a folder of recorded replies."""

    async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
        """One attempt, within the prompt's limits. What the other side does wrong is the response's ending; nothing is retried.

        Raises UserError where the endpoint cannot be used as it is configured (no key, no package).
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A worker's result that came in: for `run`, as `event`, with the digest of the result. Held until it is passed on."""

    run: str
    event: str
    result: str
    job: str
    attempt: int = 1
    """Which try to pass it on this is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadJob:
    """A job that was set aside, and why. Whoever waited for it was told so, and has gone another way."""

    id: str
    """Empty where what came is no job."""
    reason: str
    detail: str
    deliveries: int
    at: datetime
    repository: str = ""
    body: str = ""
    """What came: JSON, where it is a job."""


class Recordings(Protocol):
    """What inference workers record of their accelerators: lines of JSON (`gpu-worker/contract/sample.schema.json`)."""

    async def recent(self, since: datetime) -> Sequence[str]:
        """Lines that were put away since then, older ones and broken ones among them; of very many the latest.

        Raises TransientError or UserError while they cannot be read.
        """
        ...


class Inference(Protocol):
    """Jobs to the worker and results back, each at least once. Raises TransientError while the queue is away."""

    async def submit(self, job: InferenceJob, *, at: datetime | None = None) -> None:
        """Enqueue it in its class, to be taken not before `at`; a job of the same id is dropped."""
        ...

    async def depth(self) -> Mapping[Urgency, int]:
        """Jobs that wait, by class."""
        ...

    async def under_way(self) -> int | None:
        """Jobs that workers hold now; None where the queue does not tell them from those that wait."""
        ...

    async def withdraw(self, run: str) -> int | None:
        """Take back the jobs of a run that no worker has begun, and forget results that nobody hears; how many jobs.

        None where the queue cannot choose: they end without a generation when their time is over (`InferenceJob.expires`).
        """
        ...

    async def dead(self, *, limit: int = 100) -> Sequence[DeadJob]:
        """Jobs that workers set aside, oldest first."""
        ...

    async def discard(self, id: str) -> None:
        """Forget a job that was set aside. Raises UserError if there is none."""
        ...

    def result(self, *, wait: float, prefix: str = "") -> AbstractAsyncContextManager[Answered | None]:
        """The next result, or None after `wait` seconds. Leaving the block settles it; with an error, gives it back to come
        again some seconds later. `prefix`: only those for runs whose ids begin so, where the queue can choose.
        """
        ...


class Tokenizer(Protocol):
    """Counts tokens as a model does."""

    def count(self, text: str) -> int:
        """Tokens of the text, exactly."""
        ...


class Clock(Protocol):
    """Time, so that tests own it."""

    def now(self) -> datetime:
        """The present, in UTC."""
        ...
