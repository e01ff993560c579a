"""The fake itself: a request's way through faults, form, identity, permission and limits to its operation."""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes import openapi
from tests.fakes.github import (
    access,
    control,
    graphql,
    graphql_cost,
    rest_apps,
    rest_checks,
    rest_comments,
    rest_git,
    rest_git_writes,
    rest_issues,
    rest_pulls,
    rest_settings,
    wire,
)
from tests.fakes.github.call import NOT_FOUND, OPERATIONS, Answer, Call, Refused
from tests.fakes.github.conversation import conversation
from tests.fakes.github.estates import Estates
from tests.fakes.github.faults import Fault
from tests.fakes.github.folder import Absent
from tests.fakes.github.limits import Limits
from tests.fakes.github.state import App, Delivery, Pull, Token

METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]
ENTERPRISE = "/api/v3"
MODULES = (rest_apps, rest_checks, rest_comments, rest_git, rest_git_writes, rest_issues, rest_pulls, rest_settings)
"""Importing them fills the table of operations."""


class FakeGitHub(Estates):
    """Stateful; listens on a loopback port (0: a free one) while the context is open.

    `token`: the only credential there is, a person's who may do anything; None and no App: no credentials are asked for.
    `tree_limit` and `listed`: entries of a tree and files of a pull request that are answered at most. `enterprise`: links
    point to `/api/v3`, where the API is found in any case. `etags_by_token`: with another token an answer has
    another ETag, as it is on GitHub: those of an App last an hour.
    """

    def __init__(
        self,
        *,
        token: str | None = None,
        tree_limit: int = 100_000,
        listed: int = 3000,
        port: int = 0,
        enterprise: bool = False,
        limits: Limits | None = None,
        etags_by_token: bool = False,
    ) -> None:
        super().__init__()
        self.token_text = token
        self.tree_limit = tree_limit
        self.listed = listed
        self.limits = limits or Limits()
        self.faults: list[Fault] = []
        self.requests: list[str] = []
        self.mismatches: list[str] = []
        """What clients sent that GitHub does not describe; leaving the context asserts that there is none."""
        self.enterprise = enterprise
        self.etags_by_token = etags_by_token
        self.port = port
        self.url = ""
        self._folders: tempfile.TemporaryDirectory[str] | None = None
        if token:
            self.tokens[token] = Token(text=token, account=self.account("tester"), everything=True)

    def pull(self, name: str, number: int, *, base: str, head: str, title: str = "A pull request", fork: bool = False) -> None:
        """A pull request that is there from the start: nothing is emitted."""
        self.keep_pull(self.repositories[name], Pull(base, head, title, fork, number, author=self.account("octocat")))

    def fail(self, pattern: str, status: int = 0, *, times: int = 1, **details: Any) -> Fault:
        """Order a fault; see `Fault` for what there is."""
        self.faults.append(Fault(pattern, status, times, **details))
        return self.faults[-1]

    def conversation(self, name: str, number: int) -> str:
        """The whole conversation of a pull request as text: reviews, threads, comments, checks."""
        with self.lock:
            return conversation(self.repository(name), self.repository(name).pulls[number])

    def place(self) -> Path:
        if self._folders is None:
            self._folders = tempfile.TemporaryDirectory(prefix="fake-github-")
        return Path(self._folders.name)

    # --- serving

    def __enter__(self) -> Self:
        routes = [Route("/{path:path}", self._answer, methods=METHODS)]
        self._wire = wire.Wire(Starlette(routes=routes), self.port)
        self.url = self._wire.url
        self.api = self.url + (ENTERPRISE if self.enterprise else "")
        self._wire.start()
        self._schedule = self._deliver_soon
        return self

    def _deliver_soon(self, delivery: Delivery) -> None:
        self._wire.call(lambda: self.deliver(delivery))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._poster is not None and self._wire.loop is not None:
            asyncio.run_coroutine_threadsafe(self.hang_up(), self._wire.loop).result(10)
        self._wire.stop()
        if self._folders is not None:
            self._folders.cleanup()
        if error is None:
            assert not self.mismatches, self.mismatches

    async def _answer(self, request: Request) -> Response:
        path = request.scope["path"]
        body = await request.body()
        if path.startswith(control.PREFIX):
            return await control.answer(self, request, body)
        path = "/graphql" if path == "/api/graphql" else path.removeprefix(ENTERPRISE)
        self.requests.append(f"{request.method} {path}")
        fault = next((fault for fault in self.faults if fault.befalls(request.method, path, body)), None)
        if fault is None:
            return self._served(request, path, body)
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.reset:
            return await wire.die(request)
        done = Response(fault.body, fault.status, fault.headers, "application/json") if fault.status else None
        if fault.lost:
            self._served(request, path, body)
            return await wire.die(request)
        answer = done or self._served(request, path, body)
        return wire.Cut(answer, request) if fault.cut else answer

    def identity(self, token: Token | None, app: App | None) -> str:
        """Whose limits count, in words."""
        if app is not None:
            return f"app ID {app.id}"
        if token is None:
            return "127.0.0.1"
        return f"installation ID {token.installation.id}" if token.installation else f"user ID {token.account.id}"

    def _served(self, request: Request, path: str, body: bytes) -> Response:
        with self.lock:
            try:
                return self._checked(request, path, body)
            except Refused as refused:
                return JSONResponse(refused.body, refused.status, refused.headers)

    def _who(self, request: Request, as_app: bool) -> tuple[Token | None, App | None]:
        text = access.credentials(request.headers.get("authorization"))
        if as_app:
            if not text:
                raise Refused(401, "A JSON web token could not be decoded")
            return None, access.app_of(self, text)
        if text.count(".") == 2 and text not in self.tokens:
            raise Refused(
                403 if self.apps else 401, "Resource not accessible by integration" if self.apps else "Bad credentials"
            )
        if text and (self.token_text or self.apps or text in self.tokens):
            return access.token_of(self, text), None
        if self.token_text:
            raise Refused(401, "Bad credentials")
        return None, None

    @property
    def open_house(self) -> bool:
        """Whether no credentials are asked for."""
        return not self.apps and not self.token_text

    def _checked(self, request: Request, path: str, body: bytes) -> Response:
        if path == "/graphql":
            token, _ = self._who(request, as_app=False)
            self.limits.count(who := self.identity(token, None), "graphql", self.now, graphql_cost.points(body))
            answer = graphql.answer(self, token, body)
            return JSONResponse(answer, headers=self.limits.headers(who, "graphql", self.now))
        query = dict(request.query_params)
        try:
            found = openapi.check(request.method, path, query, body)
        except openapi.Mismatch as error:
            self.mismatches.append(str(error))
            return JSONResponse({"message": str(error)}, 422)
        described = OPERATIONS.get((request.method, found.template))
        if described is None:
            return JSONResponse({"message": f"the fake does not do {request.method} {found.template} yet"}, 501)
        token, app = self._who(request, described.as_app)
        who = self.identity(token, app)
        if found.template != "/rate_limit":
            self.limits.count(who, "core", self.now)
        call = Call(
            world=self,
            method=request.method,
            template=found.template,
            values={key: unquote(value) for key, value in found.values.items()},
            query=query,
            body=json.loads(body) if body else {},
            accept=request.headers.get("accept", ""),
            url=f"{self.api}{path}",
            api=self.api,
            token=token,
            app=app,
        )
        if "repo" in found.values:
            with suppress(LookupError):
                call.repo = self.repository(f"{call.values['owner']}/{call.values['repo']}")
            if call.repo is None:
                raise self._moved(call, found.values["owner"], found.values["repo"]) or Refused(404, NOT_FOUND)
            if app is None:
                access.admit(token, call.repo, described.needs, open_house=self.open_house)
        if described.content:
            self.limits.create(who, self.now)
        try:
            given = described.handler(call)
        except Absent:
            raise Refused(404, NOT_FOUND) from None
        return self._shown(request, call, given if isinstance(given, Answer) else Answer(given), who)

    def _moved(self, call: Call, owner: str, name: str) -> Refused | None:
        """Where a repository is that gave up this name."""
        found = self.by_id.get(self.renamed.get(f"{call.values['owner']}/{call.values['repo']}".lower(), 0))
        if found is None:
            return None
        target = call.url.replace(f"/repos/{owner}/{name}", f"/repos/{found.name}", 1)
        query = f"?{urlencode(call.query)}" if call.query else ""
        return Refused(301, "Moved Permanently", headers={"Location": target + query})

    def _shown(self, request: Request, call: Call, answer: Answer, who: str) -> Response:
        method = call.method.lower()
        status = answer.status or _described_status(call.template, method)
        headers = {**answer.headers, "x-github-media-type": "github.v3; format=json", "x-github-request-id": "FAKE:0001"}
        if answer.raw is not None:
            data, media = answer.raw, answer.media
        elif status == 204:
            data, media = b"", ""
        else:
            data = json.dumps(openapi.complete(call.template, method, status, answer.body)).encode()
            media = answer.media
        if method == "get" and status == 200:
            data_of = data + (call.token.text.encode() if self.etags_by_token and call.token else b"")
            tag = f'W/"{hashlib.sha256(data_of).hexdigest()}"'
            headers["etag"] = tag
            asked = request.headers.get("if-none-match", "")
            if asked and tag.removeprefix("W/") in {one.strip().removeprefix("W/") for one in asked.split(",")}:
                self.limits.uncount(who, "core", self.now)
                return Response(status_code=304, headers={**headers, **self.limits.headers(who, "core", self.now)})
        headers |= self.limits.headers(who, "core", self.now)
        return Response(data, status, headers, media or None)


def _described_status(template: str, method: str) -> int:
    responses: Mapping[str, Any] = openapi.description()["paths"][template][method]["responses"]
    return next(int(status) for status in responses if status.startswith("2"))
