"""A fake GitHub for tests: the read half of the REST API, answered from real git repositories on this machine.

Every request is held against GitHub's OpenAPI description before it is answered. Faults are injected by path. Use it as

    with FakeGitHub() as github:
        github.add("octo/shop", folder)                 # any git repository
        github.pull("octo/shop", 12, base="main", head="feature")
        ... GitHubForge(blobs, api=github.url, token="t")
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes import openapi

STATUS = {"A": "added", "M": "modified", "D": "removed", "R": "renamed", "C": "copied", "T": "changed"}


@dataclass
class Pull:
    base: str
    head: str
    title: str = "A pull request"
    fork: bool = False


@dataclass
class Repository:
    folder: Path
    private: bool = False
    pulls: dict[int, Pull] = field(default_factory=dict)
    listed: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)

    def git(self, *args: str) -> bytes:
        done = subprocess.run(["git", "-C", str(self.folder), *args], capture_output=True)
        if done.returncode:
            raise LookupError(done.stderr.decode())
        return done.stdout

    def changes(self, pull: Pull) -> list[dict[str, Any]]:
        """The files of a pull request; computed once per pair of commits."""
        at = self.sha(pull.base), self.sha(pull.head)
        if at not in self.listed:
            self.listed[at] = list(_changes(self, pull))
        return self.listed[at]

    def sha(self, revision: str) -> str:
        return self.git("rev-parse", "--verify", f"{revision}^{{commit}}").decode().strip()


@dataclass
class Fault:
    """Answer the next `times` requests whose path matches with this instead."""

    pattern: str
    status: int
    times: int = 1
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"message": "injected"}'
    delay: float = 0


class FakeGitHub:
    """Stateful; listens on a free loopback port while the context is open."""

    def __init__(self, *, token: str | None = None, tree_limit: int = 100_000, listed: int = 3000) -> None:
        self.token = token
        self.tree_limit = tree_limit
        self.listed = listed
        self.repositories: dict[str, Repository] = {}
        self.faults: list[Fault] = []
        self.requests: list[str] = []
        self.mismatches: list[str] = []

    def add(self, name: str, folder: Path, *, private: bool = False) -> Repository:
        self.repositories[name] = Repository(folder, private)
        return self.repositories[name]

    def pull(self, name: str, number: int, *, base: str, head: str, title: str = "A pull request", fork: bool = False) -> None:
        self.repositories[name].pulls[number] = Pull(base, head, title, fork)

    def fail(self, pattern: str, status: int, *, times: int = 1, **details: Any) -> None:
        self.faults.append(Fault(pattern, status, times, **details))

    # --- serving

    def __enter__(self) -> FakeGitHub:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        app = Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST", "PATCH", "PUT", "DELETE"])])
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()
        if error is None:
            assert not self.mismatches, self.mismatches

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        self.requests.append(f"{request.method} {path}")
        with contextlib.suppress(StopIteration):
            fault = next(fault for fault in self.faults if fault.times and re.search(fault.pattern, path))
            fault.times -= 1
            if fault.delay:
                await asyncio.sleep(fault.delay)
            return Response(fault.body, fault.status, fault.headers, "application/json")
        try:
            found = openapi.check(request.method, path, dict(request.query_params), await request.body())
        except openapi.Mismatch as error:
            self.mismatches.append(str(error))
            return JSONResponse({"message": str(error)}, 422)
        if self.token and request.headers.get("authorization") not in (f"Bearer {self.token}", f"token {self.token}"):
            return JSONResponse({"message": "Bad credentials"}, 401)
        operation = re.sub(r"\W+", "_", found.template.removeprefix("/repos/{owner}/{repo}")).strip("_")
        handler = getattr(self, f"_{operation}", None)
        if handler is None:
            return JSONResponse({"message": f"the fake does not do {found.template} yet"}, 501)
        try:
            repository = self.repositories[f"{found.values['owner']}/{found.values['repo']}"]
            answer = handler(repository, f"{found.values['owner']}/{found.values['repo']}", request, **_rest(found.values))
        except (LookupError, ValueError):
            return JSONResponse({"message": "Not Found", "status": "404"}, 404)
        return answer if isinstance(answer, Response) else JSONResponse(answer)

    # --- operations, named after their path templates

    def _pulls_pull_number(self, repository: Repository, name: str, request: Request, pull_number: str) -> Any:
        pull = repository.pulls[int(pull_number)]
        visibility = "private" if repository.private else "public"
        described = {"full_name": name, "private": repository.private, "visibility": visibility}
        fork = {**described, "full_name": f"stranger/{name.split('/')[1]}"}
        return {
            "number": int(pull_number),
            "title": pull.title,
            "state": "open",
            "draft": False,
            "base": {"ref": pull.base, "sha": repository.sha(pull.base), "repo": described},
            "head": {"ref": pull.head, "sha": repository.sha(pull.head), "repo": fork if pull.fork else described},
            "changed_files": len(repository.changes(pull)),
        }

    def _pulls_pull_number_files(self, repository: Repository, name: str, request: Request, pull_number: str) -> Any:
        page, size = int(request.query_params.get("page", 1)), int(request.query_params.get("per_page", 30))
        changes = repository.changes(repository.pulls[int(pull_number)])[: self.listed]
        return changes[(page - 1) * size : page * size]

    def _compare_basehead(self, repository: Repository, name: str, request: Request, basehead: str) -> Any:
        base, head = basehead.split("...")
        return {"merge_base_commit": {"sha": repository.git("merge-base", base, head).decode().strip()}, "status": "ahead"}

    def _git_trees_tree_sha(self, repository: Repository, name: str, request: Request, tree_sha: str) -> Any:
        tree = []
        for line in repository.git("ls-tree", "-r", "-l", "-z", tree_sha).decode().split("\0")[:-1]:
            meta, path = line.split("\t", 1)
            mode, kind, sha, size = meta.split()
            tree.append({"path": path, "mode": mode, "type": kind, "sha": sha, **({} if size == "-" else {"size": int(size)})})
        return {"sha": tree_sha, "tree": tree[: self.tree_limit], "truncated": len(tree) > self.tree_limit}

    def _git_blobs_file_sha(self, repository: Repository, name: str, request: Request, file_sha: str) -> Any:
        data = repository.git("cat-file", "blob", file_sha)
        if "raw" in request.headers.get("accept", ""):
            return Response(data, media_type="application/octet-stream")
        return {"sha": file_sha, "encoding": "base64", "content": base64.b64encode(data).decode(), "size": len(data)}

    def _contents_path(self, repository: Repository, name: str, request: Request, path: str) -> Any:
        data = repository.git("cat-file", "blob", f"{request.query_params.get('ref', 'HEAD')}:{path}")
        if "raw" in request.headers.get("accept", ""):
            return Response(data, media_type="application/octet-stream")
        return {"type": "file", "path": path, "encoding": "base64", "content": base64.b64encode(data).decode()}


def _rest(values: Any) -> dict[str, str]:
    return {key: value for key, value in values.items() if key not in ("owner", "repo")}


def _changes(repository: Repository, pull: Pull) -> Iterator[dict[str, Any]]:
    """The files of a pull request as GitHub lists them: three dots, renames found, hunks without their header."""
    base = repository.git("merge-base", pull.base, pull.head).decode().strip()
    raw = repository.git("diff", "--raw", "-z", "-M", "--abbrev=40", base, pull.head).decode().split("\0")[:-1]
    while raw:
        _, _, old_sha, new_sha, status = raw.pop(0).split()
        names = [raw.pop(0)] + ([raw.pop(0)] if status[0] in "RC" else [])
        text = repository.git("diff", "-M", base, pull.head, "--", *names).decode(errors="replace")
        at = text.find("\n@@ ")
        counts = repository.git("diff", "--numstat", "-M", base, pull.head, "--", *names).decode().split("\n")[-2:-1]
        added, removed = (counts[0].split("\t")[:2] if counts else ("0", "0")) if at >= 0 else ("0", "0")
        mode_only = status == "M" and at < 0 and old_sha == new_sha
        yield {
            "sha": new_sha if status != "D" else old_sha,
            "filename": names[-1],
            **({"previous_filename": names[0]} if len(names) == 2 else {}),
            "status": "changed" if mode_only else STATUS[status[0]],
            "additions": int(added),
            "deletions": int(removed),
            **({"patch": text[at + 1 :].rstrip("\n")} if at >= 0 else {}),
        }
