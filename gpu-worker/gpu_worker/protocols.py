"""What the worker's loop needs of the world: jobs, payloads, results, an engine.

All structural: nobody who implements them needs to import this package. What can happen is told by return values and by
Python's own errors. `ConnectionError`: the other side is away, and the same call may succeed later. `LookupError`: it is not
there, or damaged, and no retry helps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from gpu_worker.contract import ChatMessage, Limits, Result


class Held(Protocol):
    """A job that this worker holds until its lock runs out."""

    @property
    def body(self) -> bytes:
        """The job as it came: JSON that nobody has looked at."""
        ...

    @property
    def token(self) -> str:
        """What names the lock."""
        ...

    @property
    def delivery(self) -> int:
        """Which delivery this is, from 1, without those that were given back blameless."""
        ...

    @property
    def until(self) -> datetime:
        """When the lock runs out."""
        ...


class Jobs(Protocol):
    """The queue of jobs. Every method raises ConnectionError while it is away."""

    async def receive(self, wait: float) -> Held | None:
        """The job to do next, locked; None after `wait` seconds without one."""
        ...

    async def renew(self, held: Held) -> Held | None:
        """Hold it longer; None when the lock is lost."""
        ...

    async def complete(self, held: Held) -> bool:
        """It is done. False when the lock is lost."""
        ...

    async def give_back(self, held: Held, *, delay: float, blameless: bool = False) -> bool:
        """Let it come again after `delay` seconds, as its next delivery. False when the lock is lost.

        `blameless`: the delivery does not count, for the job had no part in its end (the worker goes away).
        """
        ...

    async def dead_letter(self, held: Held, reason: str, detail: str) -> bool:
        """Set it aside for a person. False when the lock is lost."""
        ...


class Payloads(Protocol):
    """Content-addressed bytes: Fusion's Blobs. A digest is `sha256:` and the 64 lower-case hex digits of the bytes' SHA-256.

    In Blob Storage (container `blobs`) the bytes of `sha256:abcdef...` are the blob `ab/cdef...`; in a folder they are the file
    `ab/cdef...` below it, written beside its place and renamed into it. Whoever reads checks the digest.
    """

    async def get(self, digest: str) -> bytes:
        """The bytes. Raises LookupError: not there, damaged, or no digest; ConnectionError."""
        ...

    async def put(self, data: bytes) -> str:
        """Keep the bytes and return their digest. Raises ConnectionError."""
        ...


class Results(Protocol):
    """Where results go, and which jobs were answered. Raises ConnectionError while it is away."""

    async def answered(self, job: str) -> str | None:
        """The digest of the result that was delivered for the job, by whichever worker, within some days."""
        ...

    async def deliver(self, job: str, run: str, event: str, digest: str) -> str:
        """Tell the orchestration `run`, as `event`, where the result is; returns the digest that was told.

        A job has one result: of those that are delivered for it only the first counts, and is told again.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """What an engine made of a prompt. Times are in seconds."""

    ending: Literal["ok", "unusable", "refused", "invalid", "timed_out"]
    """`ok`: it came to its end; nobody has looked whether it fits the schema."""
    text: str = ""
    reason: str = ""
    """What went wrong, one sentence without secrets and without the prompt."""
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    """Of the input tokens, those that came from the prefix cache."""
    first_token_seconds: float | None = None
    seconds: float = 0.0
    gpu_seconds: float = 0.0
    """The generation's share of the accelerator's time; on a CPU, of the engine's."""


class EngineFailed(Exception):
    """The engine could not do it now: it died, is not ready, or is too full. Another worker, or a later try, may."""


class Engine(Protocol):
    """A model that generates, several prompts at once."""

    model: str
    """What jobs call the model that it runs. A job for another is not its to answer."""

    @property
    def capacity(self) -> int:
        """Generations that it takes at the same time; it batches them itself."""
        ...

    async def ready(self) -> bool:
        """Whether it would generate now: loaded, and warmed up by a generation. Never raises."""
        ...

    async def generate(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any], limits: Limits) -> Generation:
        """One generation, within its limits. What another try of the same prompt would meet again is the generation's ending.

        Raises EngineFailed. Cancelling it stops the generation in the engine, too.
        """
        ...


Kind = Literal["taken", "answered", "told_again", "expired", "declined", "given_back", "dead_lettered", "lock_lost", "away"]
"""`told_again`: it was answered before. `expired`: nobody waited any more. `declined`: it asks for a model that does not run
here. `away`: the queue or the blobs did not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What the loop tells whoever listens: metrics, a log, a person at a terminal."""

    kind: Kind
    job: str = ""
    """Its id; empty where the body is no job."""
    urgency: str = ""
    repository: str = ""
    queued_seconds: float = 0.0
    """Since it was enqueued, when it was taken."""
    running: int = 0
    """Generations under way, with this one."""
    result: Result | None = None
    """What was delivered."""
    detail: str = ""


Listener = Callable[[Happening], None]
