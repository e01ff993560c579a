"""What the worker and Fusion say to each other: the types of `contract/*.schema.json`, which tests hold them to.

A job comes from a queue and names its prompt by the digest of a blob (claim check). The result goes into a blob, and its digest
into the queue of results. A field more is another schema version: the worker is deployed before the Fusion that sends it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

SCHEMA_VERSION: Literal[1] = 1
DIGEST = "^sha256:[0-9a-f]{64}$"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Urgency(StrEnum):
    """Who waits for a job, most urgent first."""

    PERSON = "person"
    PULL = "pull"
    AGAIN = "again"
    SCHEDULED = "scheduled"
    BACKFILL = "backfill"


class Work(StrEnum):
    """What a call is for."""

    TRIAGE = "triage"
    SUMMARISE = "summarise"
    DOCUMENT = "document"
    REVIEW = "review"
    VERIFY = "verify"
    ANSWER = "answer"
    FIX = "fix"


class Ending(StrEnum):
    """How a job ended. The worker says these of Fusion's endings; the rest are about endpoints in the cloud."""

    OK = "ok"
    UNUSABLE = "unusable"
    """Cut off at the token limit, empty, or no JSON."""
    REFUSED = "refused"
    LIMITED = "limited"
    DENIED = "denied"
    MISSING = "missing"
    """The worker runs another model than the one that is asked for."""
    INVALID = "invalid"
    """The engine does not take it: longer than its context, a schema that it cannot follow."""
    TIMED_OUT = "timed_out"
    """Not finished within the prompt's seconds."""
    UNAVAILABLE = "unavailable"
    ABANDONED = "abandoned"
    """Given up: nobody waits any more, or it was tried too often."""
    CAPPED = "capped"


class ChatMessage(_Record):
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    text: str


class Limits(_Record):
    """What a generation may take."""

    output_tokens: int = Field(default=1500)
    seconds: float = 120.0
    """Wall time of one attempt."""
    temperature: float = 0.0


class Source(_Record):
    """Bytes of a repository that a prompt carries."""

    path: str
    bytes: int


class Prompt(_Record):
    """The payload of a job: messages, and the JSON schema that the reply must fit."""

    agent: str
    work: Work
    messages: tuple[ChatMessage, ...]
    schema_name: str
    reply_schema: dict[str, Any]
    limits: Limits = Limits()
    sources: tuple[Source, ...] = ()


class Job(_Record):
    """A message of the queues `inference-*`."""

    schema_version: Literal[1] = SCHEMA_VERSION
    id: str
    urgency: Urgency
    repository: str
    model: str
    payload: str = Field(pattern=DIGEST)
    run: str
    event: str
    enqueued: AwareDatetime
    expires: AwareDatetime


class Result(_Record):
    """What became of a job. Times are in seconds."""

    schema_version: Literal[1] = SCHEMA_VERSION
    job: str
    ending: Ending
    text: str = ""
    reason: str = ""
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    queued_seconds: float = 0.0
    first_token_seconds: float | None = None
    seconds: float = 0.0
    gpu_seconds: float = 0.0
    worker: str = ""


class Answer(_Record):
    """A message of the queue `inference-results`: for the orchestration `run`, as `event`, the digest of a Result."""

    schema_version: Literal[1] = SCHEMA_VERSION
    job: str
    run: str
    event: str
    result: str = Field(pattern=DIGEST)
