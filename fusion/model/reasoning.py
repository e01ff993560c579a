"""What is asked of a language model, by which way, and what comes back: prompts, replies, completions, calls, votes, notes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from fusion.model.evidence import Location
from fusion.model.values import SCHEMA_VERSION, Record


class Usage(Record):
    """What a run cost: model tokens and money (in `currency`), and seconds of wall time."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    """Of the input tokens, those that the other side read from its prefix cache."""
    cost: float = 0.0
    currency: str = "USD"
    seconds: float = 0.0


class Work(StrEnum):
    """What a model call is for: it decides how hard the call is and what it may cost."""

    TRIAGE = "triage"
    """Which parts of a change deserve a closer look."""
    SUMMARISE = "summarise"
    """The walkthrough."""
    DOCUMENT = "document"
    """Write a missing docstring or passage."""
    REVIEW = "review"
    """Find what is wrong."""
    VERIFY = "verify"
    """Try to refute a finding."""
    ANSWER = "answer"
    """Answer another agent's note."""
    FIX = "fix"
    """Write a patch."""

    @property
    def is_cheap(self) -> bool:
        """Whether a small model does it well enough to be asked first."""
        return self in (Work.TRIAGE, Work.SUMMARISE, Work.DOCUMENT)


class Urgency(StrEnum):
    """Who waits for a call, most urgent first; the class of an inference job."""

    PERSON = "person"
    PULL = "pull"
    AGAIN = "again"
    SCHEDULED = "scheduled"
    BACKFILL = "backfill"


class Passage(Record):
    """Text of the repository that a prompt carries: what the model may read, and what a reply's line numbers mean.

    Lines are numbered from 1 within the passage, so that a prompt stays the same, byte for byte, when its lines move.
    """

    name: str
    """How prompt and reply call it, unique within a brief: `P1`."""
    kind: Literal["change", "definition", "caller", "test", "document", "evidence", "metadata"]
    path: str
    also: tuple[str, ...] = ()
    """Other paths that its text comes from: of a file that was renamed or copied the old one. All decide where it may go."""
    symbol: str = ""
    why: str = ""
    """Why the planner chose it, for the reader of the receipt."""
    text: str
    """Lines as they stand in the file; of a `change`, with the diff's prefix (space, + or -) before each."""
    lines: tuple[int, ...] = ()
    """For each line of `text` its 1-based number at head; 0: it is not there (removed, or no line of a file)."""


class Brief(Record):
    """What the planner gives an agent for one call: chosen, not poured."""

    topic: str
    """What holds it together, `app/cache.py: Cache.get`."""
    passages: tuple[Passage, ...]
    guidance: tuple[str, ...] = ()
    """Instructions of the base branch's policy for these paths: the only text beside our own that is an instruction."""
    evidence: tuple[str, ...] = ()
    """Ids of the evidence that the passages of that kind quote."""
    tokens: int = 0
    """Upper bound of its size in tokens."""
    work: Work = Work.REVIEW


class ChatMessage(Record):
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    text: str


class Limits(Record):
    """What one call may take."""

    output_tokens: int = 1500
    seconds: float = 120.0
    """Wall time of one attempt."""
    temperature: float = 0.0


class Source(Record):
    """Bytes of the repository that a prompt carries."""

    path: str
    bytes: int


class Prompt(Record):
    """What is asked of a model: messages and the JSON schema that the reply must fit.

    The first message is the agent's own and the same, byte for byte, in all its prompts, so that prefix caches hit.
    """

    agent: str
    work: Work
    messages: tuple[ChatMessage, ...]
    schema_name: str
    """Letters, digits and `_`, at most 64."""
    reply_schema: dict[str, Any]
    limits: Limits = Limits()
    sources: tuple[Source, ...] = ()
    """What of the repository is in it; decides where it may go, and is listed on the receipt."""


class Ending(StrEnum):
    """How one model call ended."""

    OK = "ok"
    UNUSABLE = "unusable"
    """A reply that does not fit its schema: empty, cut off, not JSON, another shape."""
    REFUSED = "refused"
    """The model or a content filter declined."""
    LIMITED = "limited"
    """429: too many requests."""
    DENIED = "denied"
    """401 or 403."""
    MISSING = "missing"
    """404: no such deployment."""
    INVALID = "invalid"
    """Another 4xx: the endpoint does not take what we send."""
    TIMED_OUT = "timed_out"
    UNAVAILABLE = "unavailable"
    """5xx, 408, 409, a connection that broke or was never made."""
    ABANDONED = "abandoned"
    """The worker gave it back or never answered."""
    CAPPED = "capped"
    """Not made: a budget's cap is reached."""


class Response(Record):
    """What an endpoint answered, before anybody believes it. What the other side does wrong is a value, never an exception."""

    ending: Ending
    """OK: there is text; whether it fits the schema is asked next."""
    text: str = ""
    model: str = ""
    usage: Usage | None = None
    """Tokens as the other side counted them (without cost); None: it did not say, and the bound counts."""
    reason: str = ""
    """One sentence without secrets, for people."""
    retry_after: float = 0.0
    """Seconds that the other side asks to wait; 0: it did not say."""
    first_token: float | None = None
    """Seconds until the first token came, where it was streamed."""
    sent: bool = True
    """Whether anything of the prompt may have left. False only where that is certain: no connection, or no token."""


class Completion(Record):
    """A model's reply that fits the schema, with what it cost."""

    value: dict[str, Any]
    model: str
    usage: Usage
    cached: bool = False
    endpoint: str = ""
    region: str = ""


class Route(Record):
    """Where one call goes, and why there."""

    endpoint: str
    """Name in the models file."""
    kind: Literal["cloud", "worker"]
    model: str
    region: str = ""
    local: bool = False
    """Its bytes stay on machines that the operator declared local."""
    why: str
    bound: float = 0.0
    """What it costs at most, in the budget's currency."""
    likely: float = 0.0


class NoRoute(Record):
    """Why a call goes nowhere: nothing configured, nothing allowed, nothing healthy, nothing affordable."""

    why: str
    ending: Ending = Ending.UNAVAILABLE
    wait: float = 0.0
    """Seconds after which another try can help; 0: none can."""
    needs: float = 0.0
    """Money that must be free for the cheapest way that only money keeps from being gone; 0: there is none."""


class Call(Record):
    """One attempt of a model call, for the receipt and the accounts."""

    agent: str
    work: Work
    endpoint: str = ""
    model: str = ""
    region: str = ""
    local: bool = False
    ending: Ending
    why: str = ""
    """Why this way, or why none."""
    reason: str = ""
    """What went wrong."""
    cached: bool = False
    usage: Usage = Usage()
    bound: float = 0.0
    sources: tuple[Source, ...] = ()
    """What left for that endpoint; empty when nothing was sent."""
    sent: bool = True
    """Whether anything may have left. False: nobody was reached, and it cost nothing."""
    assumed: bool = False
    """Nobody said what it cost: the bound counts."""
    lost: bool = False
    """Who made it died before its answer was kept. It counts as what is known of it, or else as its bound."""
    over: bool = False
    """It was billed with more than its bound; the endpoint is asked no more until a person trusts it again."""


class Vote(Record):
    """What a reader with fresh eyes says of a model's finding."""

    by: str
    """`finder` or `verifier`."""
    says: Literal["supported", "refuted", "unsure"]
    reason: str = ""
    model: str = ""


class Note(Record):
    """A question from one agent to another, within a run."""

    sender: str
    to: str
    about: Location
    symbol: str = ""
    question: str


class NoteReply(Record):
    """What came of a note; silence is an answer too."""

    note: Note
    status: Literal["answered", "declined", "timed_out", "failed"]
    text: str = ""
    reason: str = ""


class Walkthrough(Record):
    """What a change does and why it matters, for people: at most five lines, and a Mermaid diagram where it helps."""

    lines: tuple[str, ...]
    diagram: str = ""
    model: str = ""


class Quote(Record):
    """What a run's model calls cost: as foreseen before it, in the budget's currency."""

    bound: float = 0.0
    """The sum of the calls' upper bounds. Only a plugin's prompts about no brief are beside it."""
    limit: float | None = None
    """What the caps leave for the run; None: no cap is in force."""
    limited_by: str = ""
    """The cap that leaves so little: `run`, `pull`, `repository` or `month`."""
    likely: float = 0.0
    calls: int = 0
    """Those that are to be paid for."""
    kept: int = 0
    """Questions that were answered before, so that nothing is paid for them."""
    currency: str = "USD"
    left_out: tuple[str, ...] = ()
    """What the budget did not allow, a sentence for each rung of the cost ladder, the lowest first."""

    @property
    def most(self) -> float:
        """What the calls can cost in the end: what goes beyond it is refused, as by a cap."""
        return self.bound if self.limit is None else min(self.bound, self.limit)


class InferenceJob(Record):
    """A model call for the worker: `gpu-worker/contract/job.schema.json`. What to say lies in Blobs (claim check)."""

    schema_version: int = SCHEMA_VERSION
    id: str
    """Of equal ids only the first is worked on."""
    urgency: Urgency
    repository: str
    model: str
    payload: str
    """Blob digest of the `Prompt`."""
    run: str
    """Orchestration instance that waits, and the event by which it is told."""
    event: str
    enqueued: datetime
    expires: datetime
    """Nobody waits any longer after that."""


class InferenceResult(Record):
    """What a worker made of a job: `gpu-worker/contract/result.schema.json`. It lies in Blobs; the event carries its digest."""

    schema_version: int = SCHEMA_VERSION
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
    """Wall time of the generation."""
    gpu_seconds: float = 0.0
    """Its share of the accelerator's time; on a CPU, of the engine's."""
    worker: str = ""
