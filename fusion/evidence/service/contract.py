"""What a host asks an evidence service, what it hears, and the limits of both: the types of `schemas/*.schema.json`.

One question is one run of one analyzer over some files, as `fusion.evidence.examiner.Examiner.examine` has it. The service
keeps nothing: whatever it is to look at is in the question, and whatever it saw is in the answer. A field more is another
schema version: a service is deployed before the Fusion that asks it.

    POST /examine   Question -> 200 Answer
    GET  /tools     -> 200 Catalogue
    GET  /healthz   -> 200 {"status": "ok"}, for everybody

What is refused is a problem document (RFC 9457): 400 no JSON, 401 a token is missing or wrong, 404, 405, 408 the question
came too slowly, 413 it is too long, 415 another media type, 422 against this contract, 429 with Retry-After no slot is free,
500 the service itself failed. A tool that fails is no error here: it is the answer's outcome.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, FailFast, Field, PlainSerializer, WithJsonSchema, model_validator

from fusion.evidence.examiner import Look
from fusion.model import Hit, Outcome, Record, Unread

SCHEMA_VERSION: Literal[1] = 1
EXAMINE, TOOLS, HEALTH = "/examine", "/tools", "/healthz"
MEDIA_TYPE = "application/json"
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one question and its answer may be. Sizes are in bytes."""

    question: int = 48 << 20
    """Of the question's JSON."""
    contents: int = 32 << 20
    """Of all files together, before they are encoded."""
    files: int = 20_000
    """Those to look at and those beside them."""
    path: int = 4096
    """Of one path, in UTF-8."""
    knowledge_files: int = 500
    knowledge: int = 2 << 20
    seconds: float = 100.0
    """That a question may give one run. Searching for the file that a tool fails on may take as long again."""
    grace: float = 20.0
    """Seconds for what lies around the runs."""
    answer: int = 32 << 20
    """Of the answer's JSON."""
    hits: int = 20_000
    """Of an answer, and as many cleared places."""
    values: int = 1_000_000
    """Of either JSON, as `values` counts them: in memory, each takes many times its bytes."""

    def until(self, seconds: float) -> float:
        """Seconds after which a question that gives one run so many is answered, whatever happens.

        At most 220, as an ingress drops a request on which nothing was heard for four minutes.
        """
        return 2 * seconds + self.grace


LIMITS = Limits()

_KNOWLEDGE = re.compile(r"(?:\d{1,4} )?(python|javascript)/([A-Za-z0-9_][A-Za-z0-9_.+-]{0,119}\.toml)")


def values(document: bytes) -> int:
    """At least as many as there are values in JSON, without reading it: commas and opening brackets, those in strings, too."""
    return sum(document.count(mark) for mark in (b",", b"[", b"{"))


def _decoded(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("it is not base64") from None


def _encoded(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


Bytes = Annotated[
    bytes,
    BeforeValidator(_decoded),
    PlainSerializer(_encoded, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
]
"""Bytes that are base64 (RFC 4648, section 4) in JSON."""


class Question(Record):
    """Let one tool look at some files. Paths are the repository's: relative, with `/`, without `.` and `..`."""

    schema_version: Literal[1] = SCHEMA_VERSION
    tool: str = Field(min_length=1, max_length=100)
    files: Mapping[str, Bytes] = Field(min_length=1)
    """What to look at."""
    beside: Mapping[str, Bytes] = Field(default={})
    """What it may consult, and does not report on."""
    own: Annotated[tuple[str, ...], FailFast()] = ()
    """Those `beside` that other questions over the same tree have it report on."""
    seconds: float = Field(gt=0, le=LIMITS.seconds)
    """Wall time of one run."""
    knowledge: Mapping[str, Bytes] = Field(default={})
    """Files about libraries beside the tool's own: what its `rules_added` holds, by the same names and in the same order."""

    @model_validator(mode="after")
    def _within_limits(self) -> Self:
        paths = [*self.files, *self.beside]
        if len(paths) > LIMITS.files:
            raise ValueError(f"more than {LIMITS.files:,} files")
        if sum(map(len, self.files.values())) + sum(map(len, self.beside.values())) > LIMITS.contents:
            raise ValueError(f"more than {LIMITS.contents:,} bytes of files")
        if any(not well_named(path) for path in paths):
            raise ValueError("a path is not one of a repository: relative, with `/`, without `.` and `..`")
        if not self.files.keys().isdisjoint(self.beside):
            raise ValueError("a file is both to look at and beside")
        if not self.beside.keys() >= set(self.own):
            raise ValueError("`own` names a file that is not beside")
        if len(self.knowledge) > LIMITS.knowledge_files or sum(map(len, self.knowledge.values())) > LIMITS.knowledge:
            raise ValueError(f"more than {LIMITS.knowledge_files:,} files or {LIMITS.knowledge:,} bytes of knowledge")
        if any(knowledge_file(name) is None for name in self.knowledge):
            raise ValueError("knowledge is named LANGUAGE/NAME.toml, of python or javascript")
        return self


def well_named(path: str) -> bool:
    """Whether a question may name a file so: what git would check out, and JSON can say."""
    if not path or "\0" in path or any(part in ("", ".", "..") for part in path.split("/")):
        return False
    try:
        return len(path.encode()) <= LIMITS.path
    except UnicodeEncodeError:
        return False


def knowledge_file(name: str) -> tuple[str, str] | None:
    """Language and file name of a file of knowledge; None for any other name."""
    found = _KNOWLEDGE.fullmatch(name)
    return (found[1], found[2]) if found else None


class Seen(Record):
    """What came of it: `fusion.evidence.examiner.Look`, as a record."""

    outcome: Outcome
    reason: str = ""
    read: Annotated[tuple[str, ...], FailFast()] = ()
    hits: Annotated[tuple[Hit, ...], FailFast()] = ()
    unread: Annotated[tuple[Unread, ...], FailFast()] = ()
    cleared: Annotated[tuple[Hit, ...], FailFast()] = ()
    unfollowed: Annotated[tuple[Unread, ...], FailFast()] = ()
    seconds: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """Of wall time, at the service."""


class Answer(Record):
    """What the tool saw, which it was, and how it was shut in. Every file of the question is read or unread."""

    schema_version: Literal[1] = SCHEMA_VERSION
    tool: str
    version: str = ""
    rules: str = ""
    """Digest of all that decides what the tool reports, the question's knowledge included."""
    isolation: str
    look: Seen


class Tool(Record):
    """One analyzer of a service."""

    name: str
    version: str = ""
    rules: str = ""
    """As in an answer to a question without knowledge."""
    missing: str = ""
    """Why it cannot be asked; empty: it can."""


class Catalogue(Record):
    """What a service is and has."""

    schema_version: Literal[1] = SCHEMA_VERSION
    fusion: str
    """Its version of Fusion."""
    isolation: str
    network_cut: bool
    """Whether its tools can reach no network, by what it does itself."""
    files_confined: bool
    """Whether its tools can open no file but those they were given."""
    at_once: int
    """Questions that it works on at the same time."""
    tools: tuple[Tool, ...]


def seen(look: Look) -> Seen:
    """A look as a record."""
    return Seen(**{name: getattr(look, name) for name in Seen.model_fields})


def schemas() -> Mapping[str, str]:
    """File name -> JSON Schema (2020-12) of each document, as `schemas/` holds them."""
    documents: dict[str, tuple[type[Record], Literal["validation", "serialization"]]] = {
        "question": (Question, "validation"),
        "answer": (Answer, "validation"),
        "catalogue": (Catalogue, "validation"),
    }
    told: dict[str, str] = {}
    for name, (record, mode) in documents.items():
        schema: dict[str, Any] = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **record.model_json_schema(mode=mode),
        }
        told[f"{name}.schema.json"] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return told
