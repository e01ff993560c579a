"""Exceptions over HTTP: what every host does with a request about them, and what it answers.

    GET    /api/exceptions?repository=&limit=&after=   those that there are, withdrawn ones too, each with its history
    POST   /api/exceptions                             accept, or change what is accepted; PUT does the same
    DELETE /api/exceptions/{id}?repository=            withdraw; it stays on record

The rules are those of `fusion exceptions` (`fusion.scanning.granted`), and so are the sentences. A caller shows a token of
FUSION_API_TOKEN (RFC 6750), whose name is on record as who did it. 200 done; 400 no JSON, or a question that is none; 401 no
token that is known; 404 there is none of that id, or no token is set at all; 405, 413 and 415 as in RFC 9110; 409 it is about
something else than its id, or is being written right now; 422 it breaks a rule; 503 the Store does not answer.

Hosts ask `Door.visitor` before they read a body, read at most `LIMIT` of it, and hand both to `Door.answer`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails

from fusion.errors import FusionError, UserError
from fusion.model import Record
from fusion.model.compliance import ScanException
from fusion.ports import Clock, Store
from fusion.render.text import clip, one_line
from fusion.scanning.exceptions import identity
from fusion.scanning.granted import Contended, Granted, Unknown, concerning, every, grant, withdraw
from fusion.settings import ApiToken

log = logging.getLogger("fusion.granting")

ROUTE = "/api/exceptions"
LIMIT = 16 * 1024
"""Bytes of a body."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
"""What hosts pass on; what is none of ours is answered 405."""
_PAGE, _MOST = 100, 500
_NAME, _LONG = 200, 2000
_ASKS = {"GET": frozenset({"repository", "limit", "after"}), "DELETE": frozenset({"repository"})}
_NUMBER = re.compile(r"[0-9]{1,3}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Asked(Record):
    """The body of a grant: an exception as people write it. What is left open is as on the command line."""

    id: str = Field(default="", max_length=_NAME)
    """As an answer named it; it has to be that of what the exception is about."""
    origin: str = Field(default="", max_length=_NAME)
    """As an answer named it; set anew."""
    check: str = Field(max_length=_NAME)
    repository: str = Field(default="*", max_length=_NAME)
    path: str = Field(default="", max_length=_LONG)
    fingerprint: str = Field(default="", max_length=_NAME)
    component: str = Field(default="", max_length=_LONG)
    owner: str = Field(max_length=_NAME)
    reason: str = Field(max_length=_LONG)
    approver: str = Field(max_length=_NAME)
    expires: date

    @field_validator("expires", mode="before")
    @classmethod
    def _day(cls, value: object) -> object:
        """Numbers of seconds and times of a day would be taken for a date, too."""
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValueError("a day such as 2027-01-31")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An HTTP answer: status, JSON object, headers beside the content type."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who may ask, and what they ask. `by`: the name of their token."""

    by: str
    method: str
    id: str
    query: Mapping[str, str]

    @property
    def brings(self) -> bool:
        """Whether there is a body to read."""
        return self.method in ("POST", "PUT")


class Door:
    """Answers what is asked about exceptions. `checks`: ids of all checks that there are, asked for once."""

    def __init__(self, tokens: Sequence[ApiToken], *, checks: Callable[[], Collection[str]]) -> None:
        self._tokens = [(one.name, _digest(one.token.get_secret_value())) for one in tokens]
        self._checks = checks
        self._known: Collection[str] | None = None

    def visitor(
        self, method: str, headers: Iterable[tuple[str, str]], query: Iterable[tuple[str, str]], *, id: str = ""
    ) -> Visitor | Reply:
        """Who asks what, or why it is not answered. Nothing of a body is needed.

        `headers` (by any spelling of their names), `query`: each as often as it was sent. What may be there once and is there
        twice is refused: what stands before Fusion may have looked at the other one.
        """
        if not self._tokens:
            return _refused(404, "There is no API here: no token is set (FUSION_API_TOKEN).")
        told = [(name.lower(), value) for name, value in headers]
        twice, sent = _repeated(told), dict(told)
        by = "" if "authorization" in twice else self._name(sent.get("authorization", ""))
        if not by:
            log.warning("a request about exceptions is refused: it shows no token that is known")
            said = {"WWW-Authenticate": 'Bearer realm="fusion"'}
            return _refused(401, "Send a token of FUSION_API_TOKEN, once: `Authorization: Bearer TOKEN`.", said)
        if len(id) > _NAME:
            return _refused(404, "There is no exception of such an id.")
        allowed = ("DELETE",) if id else ("GET", "POST", "PUT")
        if method not in allowed:
            where = f"{ROUTE}/ID" if id else ROUTE
            said = {"Allow": ", ".join(allowed)}
            return _refused(405, f"{where} takes {' and '.join(allowed)}, not {_short(method)}.", said)
        known, wanted = _ASKS.get(method, frozenset()), list(query)
        asked = dict(wanted)
        if strange := sorted(set(asked) - known):
            takes = f"it takes: {', '.join(sorted(known))}" if known else "it takes none"
            return _refused(400, f"There is no parameter `{_short(strange[0])}` here; {takes}.")
        if several := _repeated(wanted):
            return _refused(400, f"The parameter `{several[0]}` is there more than once: send it once.")
        if len(asked.get("repository", "")) > _NAME:
            return _refused(400, f"A repository's name has at most {_NAME} characters.")
        if method in ("POST", "PUT"):
            if "content-type" in twice:
                return _refused(400, "The header Content-Type is there more than once: send it once.")
            kind = sent.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                return _refused(415, f"An exception is sent as application/json, not {_short(kind) or 'without a type'}.")
            length = sent.get("content-length", "")
            if length.isdecimal() and int(length[:12]) > LIMIT:
                return too_large()
        return Visitor(by=by, method=method, id=id, query=asked)

    async def answer(self, visitor: Visitor, body: bytes, *, store: Store, tenant: str, clock: Clock) -> Reply:
        """Do what is asked. `body`: read to at most one byte more than `LIMIT`."""
        if len(body) > LIMIT:
            return too_large()
        try:
            match visitor.method:
                case "GET":
                    return await self._list(visitor, store, tenant)
                case "DELETE":
                    repository = visitor.query.get("repository") or None
                    at = clock.now()
                    gone = await withdraw(store, tenant, visitor.id, by=visitor.by, at=at, repository=repository)
                    return _done(visitor, gone)
                case _:
                    asked = _read(body)
                    if isinstance(asked, Reply):
                        return asked
                    at = clock.now()
                    kept = await grant(store, tenant, asked, by=visitor.by, at=at, checks=self._all_checks())
                    return _done(visitor, kept)
        except Unknown as error:
            return _refused(404, str(error))
        except Contended as error:
            return _refused(409, str(error))
        except UserError as error:
            return _refused(422, str(error))
        except FusionError as error:
            log.error("exceptions can neither be read nor written: %s", error)
            return unavailable()

    async def _list(self, visitor: Visitor, store: Store, tenant: str) -> Reply:
        limit, after = visitor.query.get("limit", str(_PAGE)), visitor.query.get("after", "")
        if not _NUMBER.fullmatch(limit) or not 1 <= int(limit) <= _MOST:
            return _refused(400, f"`limit` is a number from 1 to {_MOST}, not {_short(limit)!r}.")
        repository = visitor.query.get("repository", "")
        found = await (concerning(store, tenant, repository) if repository else every(store, tenant))
        # By id, which never changes: who pages on meets none twice and misses none that was there.
        left = sorted((one for one in found if one.exception.id > after), key=lambda one: one.exception.id)
        shown = left[: int(limit)]
        more = shown[-1].exception.id if len(left) > len(shown) else ""
        return Reply(
            status=200,
            body={"schema_version": 1, "exceptions": [one.model_dump(mode="json") for one in shown], "next": more},
        )

    def _name(self, authorization: str) -> str:
        """The name of a token; empty: it is none. Each is compared, by digest, in constant time."""
        scheme, _, token = authorization.partition(" ")
        shown = _digest(token.strip())
        found = ""
        for name, digest in self._tokens:
            if hmac.compare_digest(digest, shown):
                found = name
        return found if scheme.lower() == "bearer" else ""

    def _all_checks(self) -> Collection[str]:
        if self._known is None:
            self._known = self._checks()
        return self._known


def too_large() -> Reply:
    """The answer to a body that is too long."""
    return _refused(413, f"An exception has at most {LIMIT:,} bytes.")


def unavailable() -> Reply:
    """The answer where the Store does not answer."""
    return _refused(503, "The exceptions can neither be read nor written now; ask again in a moment.", {"Retry-After": "30"})


def _read(body: bytes) -> ScanException | Reply:
    try:
        asked = Asked.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return _refused(400 if first["type"] == "json_invalid" else 422, _said(first))
    # Validated, so that it is an object. Readers differ about which of two members of one name counts (RFC 8259, 4).
    if several := _repeated(json.loads(body, object_pairs_hook=list, parse_int=str)):
        return _refused(400, f"The body says `{several[0]}` more than once: say it once.")
    about = asked.model_dump(include={"check", "repository", "path", "fingerprint", "component"})
    if asked.id and asked.id != identity(**about):
        return _refused(
            409, f"The id {_short(asked.id)!r} is that of another exception: what one is about makes its id. Leave it out."
        )
    return ScanException(**asked.model_dump())


def _said(error: ErrorDetails) -> str:
    """A sentence about what pydantic found."""
    name = _short(str(error["loc"][0])) if error["loc"] else ""
    match error["type"]:
        case "json_invalid":
            return f"The body is no JSON: {_short(str(error['ctx']['error']))}."
        case "missing":
            return f"The exception names no {'last day (`expires: YYYY-MM-DD`)' if name == 'expires' else name}."
        case "extra_forbidden":
            return f"An exception has no `{name}`; it has: {', '.join(Asked.model_fields)}."
        case _ if not name:
            return "The body is no JSON object."
        case _ if name == "expires":
            return "`expires` takes a day such as 2027-01-31."
        case _:
            return f"`{name}` is not usable: {error['msg'][:1].lower()}{error['msg'][1:]}."


def _repeated(pairs: Iterable[tuple[str, object]]) -> Sequence[str]:
    """Names that are there more than once."""
    return sorted(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)


def _done(visitor: Visitor, granted: Granted) -> Reply:
    log.info("%s by %s: the exception %s is %s", visitor.method, visitor.by, granted.version, granted.deeds[-1].did)
    return Reply(status=200, body=granted.model_dump(mode="json"))


def _refused(status: int, why: str, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status=status, body={"error": why}, headers=headers or {})


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _short(text: str) -> str:
    return clip(one_line(text).replace("`", "'"), 80)
