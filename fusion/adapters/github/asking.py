"""Questions about one repository, each asked conditionally: what was answered before is confirmed by a 304 at no cost.

An answer is cut to what is needed before it is kept, with its ETag (RFC 9110, 8.8.3), as plain JSON. GitHub gives no ETags with
refusals: they are asked again each time, unless something else that is told now confirms them (`_ask`, `switches`).

GitHub's ETags are of one token: a personal token confirms for as long as it lasts, an App's for its hour; after that everything
is simply read anew, because nothing else confirms as strictly (`Last-Modified` follows a repository's own date, which its
settings do not move).
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from fusion.adapters.github import answers
from fusion.adapters.github.answers import Answer
from fusion.adapters.github.client import PER_PAGE, Client, following
from fusion.adapters.github.scene import time
from fusion.adapters.github.shape import Odd
from fusion.adapters.github.sharing import InFlight, Refusals, Standing
from fusion.adapters.github.switches import Switches
from fusion.errors import Denied, Gone, PermanentError, RateLimited, TransientError
from fusion.model.posture import Unknown

VERSION = 3
"""Of what is kept; kept answers of another one are not used."""
AGAIN = timedelta(days=30)
"""So long after a refusal was heard itself, it is not confirmed by others of its kind any more."""
OWN = (
    "disabled",
    "not enabled",
    "must be enabled",
    "no analysis found",
    "advanced security",
    "archived",
    "branch not protected",
    "too large",
)
"""GitHub's words for refusals that stand on the repository itself, and say nothing of others."""
T = TypeVar("T")
_ODD = (Odd, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What reading an answer of an unexpected form can end in; pydantic's ValidationError is a ValueError."""


class Refused(Exception):
    """GitHub answered, and did not say what was asked. `told` are its words."""

    def __init__(self, status: int, told: str) -> None:
        super().__init__(f"{status} {told}")
        self.status = status
        self.told = told

    def says(self, *words: str) -> bool:
        """Whether GitHub's words hold one of these, whatever the case."""
        return any(word.lower() in self.told.lower() for word in words)


@dataclass(frozen=True, slots=True)
class Shared:
    """What questions about several repositories have in common."""

    flights: InFlight = field(default_factory=InFlight)
    refusals: Refusals = field(default_factory=Refusals)
    switches: Switches = field(default_factory=Switches)


class Asking:
    """Asks about the repository `name` with what is `known` from last time. `kept` is what to know next time.

    `requests` counts answers that use up the rate limit, `confirmed` those that did not. `since`: when the oldest of what
    confirms was told, where that was before this began. `standing`: as whom it is asked, once that is known.
    """

    def __init__(
        self,
        client: Client,
        name: str,
        known: Mapping[str, Any],
        *,
        granted: Mapping[str, str] | None,
        shared: Shared | None = None,
    ) -> None:
        self.client = client
        self.name = name
        self.granted = granted
        self.shared = shared or Shared()
        self.standing: Standing | None = None
        self.since: datetime | None = None
        self.requests = 0
        self.confirmed = 0
        self.kept: dict[str, Any] = {}
        self.doubtful = False
        """Whether something could not be made of an answer: then nothing is kept, lest what was kept be the reason."""
        answered = known.get("answers") if known.get("version") == VERSION else None
        self._known: Mapping[str, Any] = answered if isinstance(answered, dict) else {}

    def known(self, key: str) -> Mapping[str, Any]:
        """What was kept last time under a key; empty where nothing was."""
        found = self._known.get(key)
        return found if isinstance(found, dict) else {}

    def remembered(self, *, partly: bool = False) -> Mapping[str, Any]:
        """What to give as `known` next time. `partly`: not everything was asked; what was not is as it was."""
        if self.doubtful:
            return {"version": VERSION, "answers": {}}
        return {"version": VERSION, "answers": {**(self._known if partly else {}), **self.kept}}

    def lacks(self, permission: str) -> bool:
        """Whether GitHub told with the token that it lacks this permission (`administration: read`): asking is vain then."""
        return self.granted is not None and permission.partition(":")[0] not in self.granted

    async def ask(self, path: str, params: Mapping[str, str] | None = None, *, cut: Callable[[Any], T], alike: str = "") -> T:
        """The cut answer at a path below the repository (or, with a leading slash, anywhere). Raises Refused, Odd.

        `alike`: what this question is called among all of the owner's repositories, where a refusal for want of a permission or
        of a plan is one to all that stand alike.
        """
        return (await self._ask(path, params or {}, cut, alike))["answer"]  # type: ignore[no-any-return]

    async def every(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        cut: Callable[[Any], Sequence[T]],
        pages: int,
        numbered: bool = True,
        alike: str = "",
    ) -> list[T]:
        """A list, page by page, each page conditionally; at most `pages`. `cut` must keep the number of elements.

        `numbered`: pages have numbers. Then a full page is followed by the next one even where nothing links to it: that the
        page is the same (304) does not say that it is still the last.
        """
        found: list[T] = []
        wanted: dict[str, str] = {"per_page": str(PER_PAGE)} | dict(params or {})
        for page in range(1, pages + 1):
            entry = await self._ask(path, wanted, cut, alike)
            found += entry["answer"]
            after = entry.get("next")
            if not isinstance(after, dict) and numbered and len(entry["answer"]) >= int(wanted["per_page"]):
                after = {"page": str(page + 1)}
            if not isinstance(after, dict) or not after:
                break
            wanted |= {str(key): str(value) for key, value in after.items()}
        return found

    async def graphql(self, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        """A query's `data`. Raises Refused. GraphQL has no ETags: who asks decides when what is known will do."""
        for last in (False, True):
            self.requests += 1
            try:
                return await self.client.graphql(query, variables)
            except RateLimited:
                raise
            except Denied as error:
                raise Refused(403, str(error)) from None
            except Gone as error:
                raise Refused(404, str(error)) from None
            except PermanentError as error:
                raise Refused(422, str(error)) from None
            except TransientError as error:
                if last:
                    raise Refused(503, str(error)) from None
        raise AssertionError("unreachable")

    async def switched(self, key: str) -> bool | None:
        """Whether Dependabot's alerts are on as a query tells now, where what REST told last time under a key says the same."""
        before = self.known(key).get("on")
        if not isinstance(before, bool):
            return None
        query = self._partly
        found = await self.shared.switches.alerts(query, self.client.credentials.scope, self.name, self._now())
        if found is None or found[1] is not before:
            return None
        self.confirmed += 1
        self.kept[key] = {"on": before}
        self._rest_on(found[0])
        return before

    async def _partly(self, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        self.requests += 1
        return await self.client.graphql(query, variables, partly=True)

    async def _ask(self, path: str, params: Mapping[str, str], cut: Callable[[Any], Any], alike: str) -> dict[str, Any]:
        """An answer. A refusal of last time that others share (`alike`) is confirmed without asking where

        - it was told with the same answer about the repository, by its ETag: the same token, role, visibility and switches;
        - meanwhile, not ten minutes ago, another of the owner's repositories that stands alike was refused in the same words;
        - and it was heard of this repository itself not too long ago.
        """
        key = f"{path}?{urlencode(sorted(params.items()))}" if params else path
        topic = self.standing.topic(alike) if self.standing and self.standing.etag and alike else None
        entry = self.known(key)
        again = topic is not None and self._same(entry)
        async with self.shared.refusals.turn(topic) if again else nullcontext():
            if again and (since := self.shared.refusals.since(topic, entry["refused"], entry["told"], self._now())):
                self.confirmed += 1
                self.kept[key] = dict(entry)
                self._rest_on(since)
                raise Refused(entry["refused"], entry["told"])
            try:
                return await self._asked(path, params, cut, key)
            except Refused as error:
                if topic is not None and self.standing and error.status in (403, 404) and not error.says(*OWN):
                    self.shared.refusals.note(topic, error.status, error.told, self._now())
                    at = self._now().isoformat()
                    self.kept[key] = {"refused": error.status, "told": error.told, "of": self.standing.etag, "at": at}
                raise

    def _same(self, entry: Mapping[str, Any]) -> bool:
        if not isinstance(entry.get("refused"), int) or not isinstance(entry.get("told"), str) or self.standing is None:
            return False
        at = time(entry.get("at"))
        return entry.get("of") == self.standing.etag and at is not None and timedelta() <= self._now() - at <= AGAIN

    def _rest_on(self, at: datetime) -> None:
        self.since = min(at, self.since or at)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.client.access.clock(), UTC)

    async def _asked(self, path: str, params: Mapping[str, str], cut: Callable[[Any], Any], key: str) -> dict[str, Any]:
        url = path if path.startswith("/") else f"/repos/{self.name}/{path}".rstrip("/")
        entry = self.known(key)
        etag = entry.get("etag")
        if not isinstance(etag, str) or "answer" not in entry or not etag.isascii() or not etag.isprintable():
            entry, etag = {}, ""
        answer = await self._patiently(url, params, etag)
        if answer.status == 304 and etag:
            self.confirmed += 1
            self.kept[key] = dict(entry)
            if (after := following(answer)) is not None:
                self.kept[key]["next"] = after
            return dict(self.kept[key])
        if answer.status == 204:
            return {"answer": cut(None)}
        if answer.status != 200:
            raise Refused(answer.status, answers.message(answer.content))
        try:
            told = answers.decoded(answer)
        except TransientError as error:
            raise Refused(502, str(error)) from None
        fresh: dict[str, Any] = {"answer": cut(told)}
        if (after := following(answer)) is not None:
            fresh["next"] = after
        if answer.headers.get("etag"):
            self.kept[key] = {"etag": answer.headers["etag"], **fresh}
        return fresh

    async def _patiently(self, url: str, params: Mapping[str, str], etag: str) -> Answer:
        """An answer; where it is the server's failure, that of a second try. Who asks the same meanwhile has it for nothing."""
        key = self.client.credentials.scope, url, tuple(sorted(params.items())), etag
        for _ in range(2):
            answer, mine = await self.shared.flights.one(key, lambda: self.client.conditional(url, params, etag=etag))
            self.requests += mine and answer.status != 304
            if answer.status < 500:
                break
        return answer


async def part(asking: Asking, reading: Coroutine[Any, Any, T], what: str, permission: str) -> T | Unknown:
    """What a reading says, or why nothing is known of `what`; RateLimited and a missing connection go on as they are."""
    try:
        return await reading
    except Refused as error:
        return unknown(error, what, permission)
    except TransientError:
        raise
    except PermanentError as error:
        return Unknown(why=f"GitHub's answer about {what} cannot be read: {error}")
    except _ODD:
        asking.doubtful = True
        return Unknown(why=f"GitHub's answer about {what} has not the form that its reference describes; look for an update.")


def unknown(refused: Refused, what: str, permission: str) -> Unknown:
    """Why nothing is known, for people."""
    said = f" ({refused.told.rstrip('.')})" if refused.told else ""
    grant = f"; grant {permission}" if permission else ""
    if refused.status == 403 and refused.says("too large"):
        return Unknown(why=f"GitHub does not list {what} of this repository{said}.")
    if refused.status == 403:
        return Unknown(why=f"GitHub does not let these credentials read {what}{said}{grant}.", permission=permission)
    if refused.status == 404:
        missing = f", or {permission} is missing" if permission else ""
        return Unknown(why=f"GitHub shows these credentials no {what}: there is none{missing}{said}.", permission=permission)
    return Unknown(why=f"GitHub answered {refused.status} when asked for {what}{said}; scan again later.")


def ungranted(what: str, permission: str) -> Unknown:
    """Why it was not even asked for."""
    why = f"The App has not the permission {permission}, without which GitHub does not show {what}; grant it, or accept it."
    return Unknown(why=why, permission=permission)
