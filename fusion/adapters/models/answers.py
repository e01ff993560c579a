"""What an endpoint's answer means: pure functions from status, headers and bytes of a chat completion to a Response.

Everything in an answer is the other side's word, and hostile: nothing of it but the reply's text, a model's name, token counts
and an error's code goes any further, each of them bounded.
Sources: OpenAI API reference, "Chat completions", "Streaming", "Error codes"; Azure AI Foundry, "Content filtering";
RFC 9110, 10.2.3 (Retry-After); WHATWG HTML, 9.2.6 (server-sent events).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeGuard

from fusion.adapters.azure.roles import ROLES
from fusion.model import Ending, Response, Usage

LONGEST_WAIT = 3600.0
"""Seconds; a Retry-After that asks for more is wrong, or a clock is."""
MOST_TOKENS = 10**8
"""A count above it is no count."""
TOKEN_LENGTH = 128
"""Characters; the longest token of the usual vocabularies is a run of that many blanks."""
UNNAMED = "the endpoint"
_ENVELOPE = 1 << 20
_PER_TOKEN = 2048
"""Bytes of an event that carries one token, with the identifiers and filter results that come with each."""
_CODE = re.compile(r"[A-Za-z0-9_.:\[\]-]{1,64}")
_FILTERED = frozenset({"content_filter", "ResponsibleAIPolicyViolation"})


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One HTTP exchange as it is heard; it ends early when the other side does not stop."""

    most: int
    """Bytes of a body that are taken in."""
    status: int | None = None
    """None: no answer came."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    content: bytearray = field(default_factory=bytearray)
    broken: bool = False
    """The connection broke in the middle of the body."""
    sent: bool = False
    """A connection stood, and a request may have been written to it."""
    untold: str = ""
    """Why there was nothing to identify ourselves with; empty: there was."""

    def opened(self, status: int, headers: Mapping[str, str]) -> None:
        """An answer begins; of several (after a refused token) the last one counts."""
        self.sent = True
        self.status = status
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.content.clear()

    def takes(self, piece: bytes) -> bool:
        """Take in a piece of the body; False: that is too much, stop here."""
        self.content += piece[: self.most + 1 - len(self.content)]
        return not self.is_over

    @property
    def is_over(self) -> bool:
        """Whether the body is longer than any honest one."""
        return len(self.content) > self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How the operator knows an endpoint: what a message names, so that it can be mended."""

    name: str = UNNAMED
    """In the models file."""
    deployment: str
    """Also the model's name, for an answer that names none."""
    key: str = ""
    """The environment variable that holds its key; empty: Entra ID signs in, or nobody does."""
    entra: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the frames of a body say beside the text."""

    completion: bool = False
    """Whether any of it is a chat completion, or a piece of one: what else comes with status 200 is not the model's word."""
    streamed: bool = False
    model: str = ""
    usage: Usage | None = None
    finish: str = ""
    refused: bool = False
    code: str = ""
    """Code of an error; `error` where it has none that can be shown."""
    about: str = ""
    """The parameter that an error is about."""


def most_bytes(output_tokens: int) -> int:
    """Bytes that a body of so many tokens takes at most, streamed or whole."""
    return _ENVELOPE + _PER_TOKEN * output_tokens


def most_characters(output_tokens: int) -> int:
    """Characters that a text of so many tokens has at most."""
    return TOKEN_LENGTH * output_tokens


def read(exchange: Exchange, text: str | None, *, output_tokens: int, place: Place, now: datetime) -> Response:
    """What came of a call that has ended. `text`: the reply, None where the body could not be read as one.

    `place`: whom we asked, for messages. `now`: for a Retry-After that is a date, where the answer does not say its own time.
    """
    if exchange.status is None:
        return _unanswered(exchange, place)
    told = facts(bytes(exchange.content))
    if exchange.status >= 300:
        return _failure(exchange, told, place=place, now=now)
    known = {"model": told.model or place.deployment, "usage": told.usage}
    said = clean(text or "")[: most_characters(output_tokens)]

    def ended(ending: Ending, reason: str) -> Response:
        return Response(ending=ending, text=said if ending is Ending.UNUSABLE else "", reason=reason, **known)

    if exchange.is_over or len(text or "") > most_characters(output_tokens):
        return ended(Ending.UNUSABLE, f"The reply did not stop: it is longer than {output_tokens} tokens can be.")
    if exchange.broken:
        return ended(Ending.UNAVAILABLE, "The connection broke in the middle of the reply.")
    if told.refused or told.finish == "content_filter" or told.code in _FILTERED:
        by = "The model" if told.refused else "A content filter"
        return ended(Ending.REFUSED, f"{by} declined to answer.")
    if told.code:
        limited = told.code in ("429", "rate_limit_exceeded")
        return ended(Ending.LIMITED if limited else Ending.UNAVAILABLE, f"The reply ended in an error ({told.code}).")
    if not told.completion:
        # A proxy's page, a portal, half a body: whoever said it is not the model, so nobody tells the model what was wrong.
        return ended(
            Ending.UNAVAILABLE,
            f"What answers at the address of {place.name} is no chat completion (status {exchange.status}): "
            "see whether a proxy or a login page stands before it.",
        )
    if not told.finish and told.streamed:
        return ended(Ending.UNAVAILABLE, "The reply broke off without saying why.")
    if text is None:
        return ended(Ending.UNUSABLE, "The answer holds no text.")
    if told.finish == "length":
        return ended(Ending.UNUSABLE, f"The reply was cut off at {output_tokens} tokens.")
    if not told.finish:
        return ended(Ending.UNUSABLE, "The reply broke off without saying why.")
    if not said.strip():
        return ended(Ending.UNUSABLE, "The reply is empty.")
    return Response(ending=Ending.OK, text=said, **known)


def facts(content: bytes) -> Told:
    """What a body says beside the text: one JSON object, or a stream of events with one in each."""
    model, finish, refused, code, about, usage = "", "", False, "", "", None
    completion = False
    for frame in _frames(content):
        model = _name(frame.get("model")) or model
        usage = _usage(frame["usage"]) if frame.get("usage") is not None else usage
        for choice in _objects(frame.get("choices")):
            completion = completion or any(isinstance(choice.get(part), dict) for part in ("message", "delta"))
            finish = _name(choice.get("finish_reason")) or finish
            refused = refused or any(_object(choice.get(part)).get("refusal") for part in ("message", "delta"))
        if frame.get("error"):
            error = _object(frame["error"])
            inner = _object(error.get("innererror"))
            codes = [_code(error.get("code")), _code(inner.get("code"))]
            code = next((found for found in codes if found in _FILTERED), codes[0]) or "error"
            about = _code(error.get("param"))
    return Told(
        completion=completion,
        streamed=bool(_events(content)),
        model=model,
        usage=usage,
        finish=finish,
        refused=refused,
        code=code,
        about=about,
    )


def retry_after(headers: Mapping[str, str], *, now: datetime) -> float:
    """Seconds that an answer asks to wait; 0 where it does not say, or says something that cannot be meant."""
    seconds = 0.0
    after = headers.get("retry-after", "").strip()
    if (milliseconds := headers.get("retry-after-ms", "").strip()).isdecimal():
        seconds = int(milliseconds[:12]) / 1000
    elif after.isdecimal():
        seconds = float(after[:12])
    elif after:
        here = _date(headers.get("date", "")) or now
        until = _date(after)
        seconds = (until - here).total_seconds() if until is not None else 0.0
    return min(max(seconds, 0.0), LONGEST_WAIT)


def clean(text: str) -> str:
    """The text without what UTF-8 cannot hold; a pair of surrogates becomes the character it stands for."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unanswered(exchange: Exchange, place: Place) -> Response:
    """No answer came. Whether anything may have left decides what it can have cost."""
    if exchange.untold and not exchange.sent:
        mend = "give this machine an identity, sign in (az login), or name a key in the models file"
        reason = f"{exchange.untold} for {place.name}: {mend}."
        return Response(ending=Ending.DENIED, model=place.deployment, reason=reason, usage=Usage(), sent=False)
    if not exchange.sent:
        reason = f"No connection to {place.name} could be made: see whether its address is right and can be reached from here."
        return Response(ending=Ending.UNAVAILABLE, model=place.deployment, reason=reason, usage=Usage(), sent=False)
    reason = f"The connection to {place.name} broke before an answer."
    return Response(ending=Ending.UNAVAILABLE, model=place.deployment, reason=reason)


def _failure(exchange: Exchange, told: Told, *, place: Place, now: datetime) -> Response:
    name = place.name
    status = exchange.status or 0
    code = f"{status} {told.code}" if told.code not in ("", "error", str(status)) else str(status)
    about = f", about {told.about}" if told.about else ""
    if told.code in _FILTERED:
        ending, reason = Ending.REFUSED, "A content filter declined the prompt."
    elif status in (401, 403):
        ending, reason = Ending.DENIED, f"{name} denied access ({code}): {_access(place)}."
    elif status == 404:
        ending, reason = (
            Ending.MISSING,
            (
                f"{name} knows no deployment {place.deployment!r} ({code}): "
                "correct its address or deployment in the models file."
            ),
        )
    elif status == 429:
        # When it is asked again is for its breaker to say, and added there.
        ending, reason = Ending.LIMITED, f"The limit of {name} is reached ({code})."
    elif status >= 500 or status in (408, 409):
        ending, reason = Ending.UNAVAILABLE, f"{name} failed ({code})."
    elif status < 400:
        ending, reason = Ending.INVALID, f"{name} points elsewhere ({code}), which is not followed: check its address."
    else:
        ending, reason = Ending.INVALID, f"{name} does not take the request ({code}{about})."
    reason = reason[:1].upper() + reason[1:] if name == UNNAMED else reason
    return Response(ending=ending, model=place.deployment, reason=reason, retry_after=retry_after(exchange.headers, now=now))


def _access(place: Place) -> str:
    """What to do about a refusal."""
    if place.key:
        return f"see whether the key in {place.key} is this endpoint's, and allows the deployment {place.deployment!r}"
    if place.entra:
        return (
            f"give this host's identity the role {ROLES['models'].name} there, for the deployment {place.deployment!r}"
            " (fusion doctor --azure prints the command)"
        )
    return f"nobody signs in there; name its key in the models file, for the deployment {place.deployment!r}"


def _events(content: bytes) -> list[bytes]:
    """The data of a stream's events; none where it is no stream."""
    return [line[5:] for line in content.splitlines() if line.startswith(b"data:")]


def _frames(content: bytes) -> Iterator[dict[str, Any]]:
    """The JSON objects of a body; what is none is passed over."""
    for part in _events(content) or [content]:
        # The parser raises RecursionError on lists in lists in lists.
        try:
            found = json.loads(part)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            yield found


def _usage(value: object) -> Usage | None:
    """Tokens as told; None when they cannot be true, so that the caller's own bound counts."""
    told = _object(value)
    given, made = told.get("prompt_tokens"), told.get("completion_tokens")
    if not (_is_count(given) and _is_count(made)):
        return None
    cached = _object(told.get("prompt_tokens_details")).get("cached_tokens")
    # Of what is told wrongly the dearer reading counts: nothing was cached.
    return Usage(input_tokens=given, output_tokens=made, cached_tokens=cached if _is_count(cached) and cached <= given else 0)


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_TOKENS


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _code(value: object) -> str:
    found = str(value) if isinstance(value, str | int) else ""
    return found if _CODE.fullmatch(found) else ""


def _name(value: object) -> str:
    """A name on one line, at most 128 characters."""
    return "".join(char for char in value[:128] if char.isprintable()) if isinstance(value, str) else ""
