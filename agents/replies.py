"""The shapes of models' replies, and the JSON schemas that are sent for them.

The schemas bound few lengths, and widely (`fusion.reasoning.schemas` says why): what a reply may not exceed is enforced where
it is read.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.kinds import kinds
from fusion.model import Completion
from fusion.reasoning.schemas import closed

TEAM = ("code-review", "compliance", "documentation", "security", "tests")
"""Who may be asked a question."""


class Shape(BaseModel):
    """Part of a reply: what else it holds makes the reply unusable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


S = TypeVar("S", bound=Shape)


class Claim(Shape):
    """One finding as a model words it."""

    passage: str = Field(description="Name of the passage, such as P1.")
    line: int = Field(description="Number of the first line that the finding is about, within the passage.")
    end_line: int = Field(description="Number of the last line that it is about; the same as line for one line.")
    quote: str = Field(description="The text of the first line, exactly as it stands there, without its number.")
    kind: str = Field(description="Which kind of finding it is, from the list.")
    title: str = Field(description="What is wrong, in one sentence of at most 100 characters.")
    why: str = Field(description="With which input or order of events it goes wrong, and what then happens.")
    body: str = Field(description="Why it matters and what to do, in at most three sentences.")
    severity: Literal["critical", "high", "medium", "low"]
    confidence: Literal["high", "medium", "low"]
    suggestion: str = Field(description="New text for the lines from line to end_line, or the draft asked for; empty: none.")


class Question(Shape):
    """What an agent wants to know of another one before it is sure."""

    to: Literal["code-review", "compliance", "documentation", "security", "tests"]
    passage: str
    line: int
    question: str = Field(description="One question of at most 200 characters.")


class Findings(Shape):
    """The reply of an agent."""

    findings: tuple[Claim, ...]
    certainty: Literal["high", "medium", "low"] = Field(
        default="high", description="low where the passages are beyond you or do not show enough to judge the change."
    )
    questions: tuple[Question, ...] = Field(default=(), description="Usually empty. At most two.")


class Verdict(Shape):
    """What the verifier says of one claim."""

    claim: str = Field(description="Name of the claim, such as C1.")
    reason: str = Field(description="What in the code decides it, in at most two sentences.")
    passage: str = Field(description="Name of the passage with the line that decides it.")
    quote: str = Field(description="The text of that line, exactly as it stands there.")
    says: Literal["supported", "refuted", "unsure"]


class Verdicts(Shape):
    """The reply of the verifier."""

    verdicts: tuple[Verdict, ...]


class Summary(Shape):
    """The reply of the walkthrough's writer."""

    lines: tuple[Annotated[str, Field(json_schema_extra={"widest": 400})], ...] = Field(
        description="At most five, each of at most 160 characters.", json_schema_extra={"widest": 20}
    )
    diagram: str = Field(description="A Mermaid diagram where it helps; otherwise empty.", json_schema_extra={"widest": 2_000})


class Answer(Shape):
    """The reply to another agent's question."""

    status: Literal["answered", "declined"]
    text: str = Field(description="The answer in at most three sentences; why not, where declined.")
    passage: str = Field(description="Name of the passage with the line that shows it; empty where declined.")
    quote: str = Field(description="The text of that line, exactly as it stands there; empty where declined.")


def schema(shape: type[Shape], *, agent: str = "", without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The JSON schema of a reply. `agent` closes the list of kinds; `without` names properties that are not offered."""
    made = closed(shape)
    for name in without:
        del made["properties"][name]
        made["required"].remove(name)
    if agent:
        made["properties"]["findings"]["items"]["properties"]["kind"]["enum"] = sorted(kinds()[agent])
    return made


def read(shape: type[S], completion: Completion) -> S | None:
    """The reply in its shape; None where it does not fit."""
    try:
        return shape.model_validate(completion.value)
    except ValidationError:
        return None
