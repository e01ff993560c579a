"""One way to GitHub: a pool of connections, a cache, rate limits that are honoured, errors by who must act on them.

    access = Access(api="https://api.github.com")
    client = access.client(Token("..."))
    async with access:                                  # keeps connections open; without it each call opens its own
        pull = await client.json("/repos/octo/shop/pulls/12")

An Access belongs to one event loop. Nothing is retried here but one refused token: queue and orchestration know when to.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Protocol

import httpx
from githubkit import GitHub, UnauthAuthStrategy

from fusion.adapters.github import answers
from fusion.adapters.github.answers import Answer
from fusion.adapters.github.cache import AnswerCache
from fusion.errors import PermanentError, TransientError, UserError

JSON = "application/vnd.github+json"
RAW = "application/vnd.github.raw+json"
PER_PAGE = 100
SLOWED = 1.0
"""Seconds between two writes after GitHub asked to slow down (REST API, "Best practices": at least one second)."""
SLOW_FOR = 600.0
"""Seconds for which it stays at that."""
ACCOUNTS = 1000
"""Installations whose limits are remembered."""


class Credentials(Protocol):
    """Who asks. `account` names whose rate limit it uses up, `scope` what it may see; `wrong` says what to do about a 401."""

    account: str
    scope: str
    wrong: str

    async def header(self) -> str:
        """The value of `Authorization`; empty to ask as nobody."""
        ...

    def refused(self, header: str, *, date: float | None) -> bool:
        """GitHub refused it (401), at its time `date`. True when the next `header()` is another one, worth trying."""
        ...

    async def granted(self) -> Mapping[str, str] | None:
        """Permissions and their levels as GitHub told them with the token; None where it does not tell."""
        ...


class Token:
    """A token that is what it is: GITHUB_TOKEN, or none."""

    wrong = "GitHub does not accept the token in GITHUB_TOKEN: it is wrong, expired or revoked."

    def __init__(self, token: str | None) -> None:
        self.account = "token" if token else "nobody"
        self.scope = self.account
        self._header = f"Bearer {token}" if token else ""

    async def header(self) -> str:
        """The token."""
        return self._header

    def refused(self, header: str, *, date: float | None) -> bool:  # noqa: ARG002 - the protocol's
        """There is no other."""
        return False

    async def granted(self) -> Mapping[str, str] | None:
        """GitHub does not tell."""
        return None


@dataclass(slots=True)
class _Account:
    """What is known about one account's limits. Times are of the access's clock."""

    writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    spent: dict[str, float] = field(default_factory=dict)
    """Until when a resource (`core`, `graphql`) has nothing left."""
    blocked: float = 0.0
    """Until when GitHub wants to hear nothing at all (secondary limit)."""
    slow: float = 0.0
    """Until when writes keep a larger distance."""
    wrote: float = 0.0


class Access:
    """The connections to one GitHub, and what is known of its limits. `api` is the REST base address.

    `parallel` requests at a time, each at most `timeout` seconds; `spacing`: seconds between two writes of one account.
    `clock` gives seconds since 1970, `sleep` waits.
    """

    def __init__(
        self,
        *,
        api: str,
        parallel: int = 24,
        timeout: float = 30.0,
        spacing: float = 0.05,
        cache_bytes: int = 32_000_000,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.api = api.rstrip("/")
        self.spacing = spacing
        self.cache = AnswerCache(cache_bytes)
        self.clock = clock
        self.sleep = sleep
        self.slots = asyncio.Semaphore(parallel)
        self._github: GitHub[Any] = GitHub(
            UnauthAuthStrategy(),
            base_url=self.api + "/",
            auto_retry=False,
            http_cache=False,
            timeout=timeout,
            user_agent="fusion",
        )
        self._accounts: OrderedDict[str, _Account] = OrderedDict()
        self._users = 0
        self._stack = AsyncExitStack()
        self._http: httpx.AsyncClient | None = None

    @property
    def graphql(self) -> str:
        """Address of the GraphQL API: on GitHub Enterprise Server beside /api/v3, elsewhere below the REST address."""
        return f"{self.api.removesuffix('/v3')}/graphql" if self.api.endswith("/api/v3") else f"{self.api}/graphql"

    def client(self, credentials: Credentials) -> Client:
        """A client that asks as someone."""
        return Client(self, credentials)

    async def __aenter__(self) -> Access:
        if self._http is None:
            self._http = await self._stack.enter_async_context(self._github.get_async_client())
        self._users += 1
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._users -= 1
        if not self._users:
            # Whoever comes while the old connections are being closed opens new ones.
            stack, self._stack, self._http = self._stack, AsyncExitStack(), None
            await stack.aclose()

    def account(self, name: str) -> _Account:
        """What is known about an account's limits."""
        account = self._accounts.setdefault(name, _Account())
        self._accounts.move_to_end(name)
        while len(self._accounts) > ACCOUNTS:
            self._accounts.popitem(last=False)
        return account

    async def exchange(self, method: str, url: str, headers: Mapping[str, str], **body: Any) -> Answer:
        """One request. Raises TransientError when there is no whole answer."""
        async with self, self.slots:
            assert self._http is not None
            try:
                response = await self._http.request(method, url, headers=headers, **body)
            except httpx.InvalidURL as error:
                raise UserError(f"FUSION_GITHUB_API does not lead to a usable address: {answers.line(str(error))}.") from None
            except httpx.HTTPError as error:
                what = str(error) or type(error).__name__
                raise TransientError(f"GitHub does not answer at {url}: {answers.line(what)}.") from None
        return Answer(status=response.status_code, headers=dict(response.headers), content=response.content, url=url)


class Client:
    """Asks GitHub as someone.

    Every method raises RateLimited, TransientError, Denied, Gone, Unplaced, PermanentError, or UserError for a wrong token.
    """

    def __init__(self, access: Access, credentials: Credentials) -> None:
        self.access = access
        self.credentials = credentials

    async def get(self, url: str, params: Mapping[str, str] | None = None, *, accept: str = JSON) -> Answer:
        """Read; what did not change since it was read before comes from memory."""
        address = f"{url}?{httpx.QueryParams(params or {})}"
        key = (self.credentials.scope, address, accept)
        known = self.access.cache.get(key)
        headers = {"Accept": accept} | ({"If-None-Match": known.headers["etag"]} if known else {})
        answer = await self._ask("GET", url, headers, resource="core", params=params)
        if answer.status == 304 and known is not None:
            return known
        self.access.cache.put(key, answer)
        return answer

    async def conditional(self, url: str, params: Mapping[str, str] | None = None, *, etag: str = "") -> Answer:
        """Read past the memory here, for who keeps answers elsewhere; 304 where what has this ETag is still so.

        An answer of any other status comes back as it is, refusals too. Raises RateLimited, TransientError where there is no
        answer, UserError for a wrong token.
        """
        headers = {"Accept": JSON} | ({"If-None-Match": etag} if etag else {})
        answer = await self._answered("GET", url, headers, resource="core", params=params)
        if (seconds := answers.wait(answer, now=self.access.clock())) is not None:
            raise answers.exhausted(seconds)
        return answer

    async def bytes(self, url: str, params: Mapping[str, str] | None = None) -> bytes:
        """A file's bytes."""
        return (await self.get(url, params, accept=RAW)).content

    async def json(self, url: str, params: Mapping[str, str] | None = None) -> Any:
        """A JSON document."""
        return answers.decoded(await self.get(url, params))

    async def paged(
        self, url: str, params: Mapping[str, str] | None = None, *, pages: int, key: str = ""
    ) -> AsyncIterator[Any]:
        """The elements of a list, page by page, at most `pages`. `key`: where the list is when it is not all of the answer."""
        wanted: dict[str, str] = {"per_page": str(PER_PAGE)} | dict(params or {})
        for _ in range(pages):
            answer = await self.get(url, wanted)
            body = answers.decoded(answer)
            found = body.get(key) if key and isinstance(body, dict) else body
            if not isinstance(found, list):
                raise PermanentError(f"GitHub's answer to {url} is not the list that was asked for.")
            for item in found:
                yield item
            after = following(answer)
            if after is None:
                return
            wanted |= after

    async def send(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> Any:
        """Write. Returns the answer's JSON, None for none. Writes of one account go one after another.

        After a TransientError nobody knows whether it was done: look before doing it again.
        """
        async with self._turn():
            answer = await self._ask(method, url, {"Accept": JSON}, resource="core", json=body)
        return answers.decoded(answer) if answer.content.strip() else None

    async def graphql(
        self, query: str, variables: Mapping[str, Any], *, writes: bool = False, partly: bool = False
    ) -> dict[str, Any]:
        """The `data` of a GraphQL query, or with `writes` of a mutation. `partly`: null for what was refused is no error."""
        body = {"query": query, "variables": dict(variables)}
        async with self._turn() if writes else _free():
            answer = await self._ask("POST", self.access.graphql, {"Accept": JSON}, resource="graphql", json=body)
        found = answers.decoded(answer)
        if not isinstance(found, dict):
            raise PermanentError("GitHub's answer to a query is not an object.")
        if found.get("errors") and not (partly and isinstance(found.get("data"), dict)):
            known = answers.limit(answer.headers, now=self.access.clock())
            error = answers.graphql_refusal(found["errors"], seconds=known.seconds + 1 if known else answers.SECONDARY)
            raise error
        if not isinstance(found.get("data"), dict):
            raise TransientError("GitHub's answer to a query has no data; try again.")
        return dict(found["data"])

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """A write's turn: alone on its account, and at a distance from the one before."""
        access, account = self.access, self.access.account(self.credentials.account)
        async with account.writing:
            spacing = max(access.spacing, SLOWED) if access.clock() < account.slow else access.spacing
            left = account.wrote + spacing - access.clock()
            if 0 < left <= spacing:
                await access.sleep(left)
            try:
                yield
            finally:
                account.wrote = access.clock()

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], *, resource: str, **body: Any) -> Answer:
        answer = await self._answered(method, url, headers, resource=resource, **body)
        error = answers.refusal(answer, now=self.access.clock())
        if error is not None:
            raise error
        return answer

    async def _answered(self, method: str, url: str, headers: Mapping[str, str], *, resource: str, **body: Any) -> Answer:
        for last in (False, True):
            self._may_ask(resource)
            authorization = await self.credentials.header()
            known = {"Authorization": authorization} if authorization else {}
            answer = await self.access.exchange(method, url, {**headers, **known}, **body)
            self._learn(answer, resource)
            if answer.status != 401 or last or not self.credentials.refused(authorization, date=answers.date(answer.headers)):
                break
        if answer.status == 401:
            raise UserError(self.credentials.wrong)
        return answer

    def _may_ask(self, resource: str) -> None:
        account, now = self.access.account(self.credentials.account), self.access.clock()
        until = max(account.blocked, account.spent.get(resource, 0.0))
        # A clock that was set back must not shut GitHub out for longer than its limits last.
        if 0 < until - now <= answers.LONGEST_WAIT + 1:
            raise answers.exhausted(until - now)

    def _learn(self, answer: Answer, resource: str) -> None:
        account, now = self.access.account(self.credentials.account), self.access.clock()
        known = answers.limit(answer.headers, now=now)
        if known is not None:
            account.spent[known.resource or resource] = now + known.seconds + 1 if known.remaining == 0 else 0.0
        seconds = answers.wait(answer, now=now)
        if seconds is not None and (known is None or known.remaining > 0 or "retry-after" in answer.headers):
            account.blocked = now + seconds
            account.slow = now + seconds + SLOW_FOR


@asynccontextmanager
async def _free() -> AsyncIterator[None]:
    yield


def following(answer: Answer) -> dict[str, str] | None:
    """The parameters of the next page by the `link` header (RFC 8288); None on the last."""
    for part in answer.headers.get("link", "").split(","):
        target, _, rest = part.strip().partition(">")
        if 'rel="next"' in rest:
            return dict(httpx.URL(target.removeprefix("<")).params)
    return None
