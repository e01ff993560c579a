"""What an answer of GitHub means for the one who asked: pure functions from status, headers and body to an error.

Sources: GitHub REST API, "Rate limits for the REST API", "Troubleshooting the REST API"; GraphQL API,
"Rate limits and query limits".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from fusion.errors import (
    Denied,
    FusionError,
    Gone,
    PermanentError,
    RateLimited,
    TransientError,
    Unplaced,
)

SECONDARY = 60.0
"""Seconds to wait after a secondary limit that names none (GitHub: "wait for at least one minute")."""
LONGEST_WAIT = 3600.0
"""Seconds; the primary limit's window. A header that asks for more is wrong, or a clock is."""
_PLACES = ("part of the diff", "could not be resolved", "diff hunk", "path is invalid", "part of the pull request")
"""GitHub's words when it takes no comment at a place (422)."""
_UNSTEADY = ("something went wrong", "timed out", "timeout", "try again", "loading")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What the rate limit's headers say: requests left, and seconds until there are more."""

    resource: str
    remaining: int
    seconds: float


def limit(headers: Mapping[str, str], *, now: float) -> Limit | None:
    """The primary limit by `x-ratelimit-*`, or None. `now`: seconds since 1970, used where GitHub does not say its own time."""
    try:
        remaining = int(headers["x-ratelimit-remaining"])
        reset = float(headers["x-ratelimit-reset"])
    except (KeyError, ValueError):
        return None
    seconds = reset - (date(headers) or now)
    return Limit(
        resource=headers.get("x-ratelimit-resource", ""), remaining=remaining, seconds=min(max(seconds, 0), LONGEST_WAIT)
    )


def date(headers: Mapping[str, str]) -> float | None:
    """GitHub's own time by `date`, in seconds since 1970: waiting times are counted from it, so that no clock must agree."""
    try:
        return parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError):
        return None


def wait(answer: Answer, *, now: float) -> float | None:
    """Seconds to wait when an answer refuses because of a rate limit; None for any other answer."""
    if answer.status not in (403, 429):
        return None
    after = answer.headers.get("retry-after", "")
    if after.isdecimal():
        return min(max(float(after), 1), LONGEST_WAIT)
    known = limit(answer.headers, now=now)
    if known is not None and known.remaining == 0:
        return known.seconds + 1
    words = answer.content[:2000].lower()
    if answer.status == 429 or b"rate limit" in words or b"abuse detection" in words:
        return SECONDARY
    return None


def refusal(answer: Answer, *, now: float) -> FusionError | None:
    """The error that an answer is; None when it is none. 401 is for the one who knows whose credentials they were."""
    status, where = answer.status, answer.url
    if status < 400:
        return None
    if (seconds := wait(answer, now=now)) is not None:
        return exhausted(seconds)
    told = message(answer.content)
    said = f" ({told})" if told else ""
    if status == 403:
        return Denied(f"GitHub does not permit {where}{said}.")
    if status in (404, 410):
        return Gone(f"GitHub has no {where}, or these credentials may not see it.")
    if status == 422 and any(words in told.lower() for words in _PLACES):
        return Unplaced(f"GitHub takes no comment there{said}.")
    if status >= 500 or status == 408:
        return TransientError(f"GitHub answered {status} to {where}; try again later.")
    return PermanentError(f"GitHub answered {status} to {where}{said}.")


def exhausted(seconds: float) -> RateLimited:
    """The error for a rate limit that ends in so many seconds."""
    minutes = max(1, round(seconds / 60))
    return RateLimited(f"GitHub's rate limit is used up; try again in {minutes} minutes.", seconds=seconds)


def message(content: bytes) -> str:
    """GitHub's own words in the body of a refusal, on one line and not longer than 500 characters."""
    try:
        body = json.loads(content)
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    parts = [body.get("message")]
    for error in body.get("errors") or () if isinstance(body.get("errors"), list) else ():
        parts.append(error if isinstance(error, str) else error.get("message") if isinstance(error, dict) else None)
    return line("; ".join(part for part in parts if isinstance(part, str) and part))


def line(text: str) -> str:
    """A text from GitHub, fit for a sentence of ours."""
    return " ".join(text.split())[:500].rstrip(".")


def decoded(answer: Answer) -> Any:
    """The JSON of an answer. Raises TransientError when it was cut off, PermanentError when it never was JSON."""
    try:
        return json.loads(answer.content)
    except ValueError:
        if answer.content.lstrip()[:1] in (b"", b"{", b"["):
            raise TransientError(f"GitHub's answer to {answer.url} breaks off; try again.") from None
        raise PermanentError(f"GitHub's answer to {answer.url} is not JSON; is the address of the API right?") from None
    except RecursionError:
        raise PermanentError(f"GitHub's answer to {answer.url} is nested too deeply to be read.") from None


def graphql_refusal(errors: Sequence[Any], *, seconds: float) -> FusionError:
    """The error that GraphQL's `errors` are; the first one speaks. `seconds`: how long a rate limit lasts."""
    first = errors[0] if errors and isinstance(errors[0], dict) else {}
    kind, told = str(first.get("type") or ""), line(str(first.get("message") or "no reason given"))
    if kind == "RATE_LIMITED" or "rate limit" in told.lower():
        return exhausted(seconds)
    if kind in ("FORBIDDEN", "INSUFFICIENT_SCOPES") or "not accessible" in told.lower():
        return Denied(f"GitHub does not permit this ({told}).")
    if kind == "NOT_FOUND":
        return Gone(f"GitHub has no such thing, or these credentials may not see it ({told}).")
    if kind in ("INTERNAL", "SERVICE_UNAVAILABLE") or any(words in told.lower() for words in _UNSTEADY):
        return TransientError(f"GitHub could not answer a query ({told}).")
    return PermanentError(f"GitHub refuses a query ({told}).")
