"""What is written on a pull request, read and written. Implements `fusion.ports.Conversation`."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping, Sequence
from typing import Any

from fusion.adapters.github import queries, scene
from fusion.adapters.github.client import Client
from fusion.adapters.github.gate import Gate
from fusion.errors import Denied, Gone, PermanentError
from fusion.model import (
    CreateComment,
    DismissReview,
    EditComment,
    Minimise,
    Operation,
    PostedCheck,
    PostedReview,
    PostReview,
    PutCheck,
    Reply,
    ResolveThread,
    Said,
    Scene,
    Thread,
    UploadSarif,
)
from fusion.ports import Blobs, Place

PAGES = 30
"""GraphQL queries for one conversation; more than 1,500 threads are not read."""
ANNOTATIONS = 50
"""Annotations that one request may carry (REST API, "Create a check run")."""
SARIF = 10_000_000
"""Bytes of an upload to code scanning, compressed (REST API, "Upload an analysis as SARIF data")."""


class GitHubConversation:
    """Conversation on GitHub: one GraphQL query and one for check runs in most cases. Ours is what GitHub says we wrote."""

    def __init__(self, gate: Gate, blobs: Blobs) -> None:
        self.gate = gate
        self.blobs = blobs

    async def read(self, place: Place, *, heads: Sequence[str] = ()) -> Scene:
        """The conversation as it is."""
        async with self.gate.access:
            return await self._read(self.gate.client(place), place, heads)

    async def apply(self, place: Place, operation: Operation) -> str:
        """Write. An answer that is lost raises TransientError: read again before writing again."""
        async with self.gate.access:
            return await self._apply(self.gate.client(place), place, operation)

    # --- reading

    async def _read(self, client: Client, place: Place, heads: Sequence[str]) -> Scene:
        owner, _, name = place.repository.partition("/")
        login = await self.gate.login(place)
        wanted: dict[str, str | None] = {"threads": None, "comments": None, "reviews": None}
        threads: list[Thread] = []
        comments: list[Said] = []
        reviews: list[PostedReview] = []
        budget = PAGES
        while True:
            budget -= 1
            variables: dict[str, Any] = {"owner": owner, "name": name, "number": place.number}
            for key in ("threads", "comments", "reviews"):
                variables |= {key: key in wanted, f"{key}After": wanted.get(key)}
            found = await client.graphql(queries.SCENE, variables)
            pull = (found.get("repository") or {}).get("pullRequest")
            if not pull:
                raise Gone(
                    f"GitHub has no pull request {place.repository}#{place.number}, or these credentials may not see it."
                )
            for node in scene.nodes(pull.get("reviewThreads")):
                told, spent = await self._comments(client, node)
                budget -= spent
                if told:
                    threads.append(scene.thread(node, told, login=login))
            comments += map(scene.said, scene.nodes(pull.get("comments")))
            reviews += map(scene.review, scene.nodes(pull.get("reviews")))
            lists = {"threads": "reviewThreads", "comments": "comments", "reviews": "reviews"}
            wanted = {key: cursor for key, name_ in lists.items() if (cursor := scene.following(pull.get(name_)))}
            if not wanted or budget <= 0:
                break
        head = str(pull.get("headRefOid") or "")
        state = pull.get("state")
        return Scene(
            repository=place.repository,
            number=place.number,
            head=head,
            base=str(pull.get("baseRefOid") or ""),
            open=state == "OPEN",
            merged=state == "MERGED",
            draft=bool(pull.get("isDraft")),
            locked=bool(pull.get("locked")),
            login=login or str((found.get("viewer") or {}).get("login") or ""),
            threads=tuple(threads),
            comments=tuple(comments),
            reviews=tuple(reviews),
            checks=tuple([check for one in dict.fromkeys((head, *heads)) for check in await self._checks(client, place, one)]),
            cut=tuple(f"GitHub has more {key} here than Fusion reads" for key in wanted),
        )

    async def _comments(self, client: Client, node: Mapping[str, Any]) -> tuple[tuple[Said, ...], int]:
        """The comments of a thread, and how many further queries they took."""
        connection = node.get("comments")
        found = [scene.said(comment) for comment in scene.nodes(connection)]
        spent = 0
        while (cursor := scene.following(connection)) and spent < PAGES:
            spent += 1
            answer = await client.graphql(queries.THREAD, {"id": node["id"], "after": cursor})
            connection = (answer.get("node") or {}).get("comments")
            found += map(scene.said, scene.nodes(connection))
        return tuple(found), spent

    async def _checks(self, client: Client, place: Place, head: str) -> tuple[PostedCheck, ...]:
        app = self.gate.app_id(place)
        if not app or not head:
            return ()
        url = f"/repos/{place.repository}/commits/{head}/check-runs"
        listed = client.paged(url, {"app_id": str(app), "filter": "all"}, pages=3, key="check_runs")
        # Asked for by App, and looked at again: what is not ours must never count as ours.
        try:
            found = [scene.check(item) async for item in listed if (item.get("app") or {}).get("id") == app]
        except Denied:
            # Without that permission there are no checks to write either; all the rest can be read.
            return ()
        return tuple(sorted(found, key=lambda check: check.id))

    # --- writing

    async def _apply(self, client: Client, place: Place, operation: Operation) -> str:
        root = f"/repos/{place.repository}"
        pull = f"{root}/pulls/{place.number}"
        if isinstance(operation, PutCheck):
            return await self._put_check(client, root, operation)
        if isinstance(operation, UploadSarif):
            return await self._upload(client, root, operation)
        if isinstance(operation, ResolveThread):
            query = queries.RESOLVE if operation.resolved else queries.UNRESOLVE
            await self.gate.client(place, resolving=True).graphql(query, {"id": operation.node}, writes=True)
            return operation.node
        if isinstance(operation, Minimise):
            variables = {"id": operation.node, "classifier": operation.classifier}
            await client.graphql(queries.MINIMISE, variables, writes=True)
            return operation.node
        if isinstance(operation, PostReview):
            return _id(await client.send("POST", f"{pull}/reviews", _review(operation)))
        if isinstance(operation, DismissReview):
            url = f"{pull}/reviews/{operation.id}/dismissals"
            return _id(await client.send("PUT", url, {"message": operation.message, "event": "DISMISS"}))
        if isinstance(operation, CreateComment):
            return _id(await client.send("POST", f"{root}/issues/{place.number}/comments", {"body": operation.body}))
        if isinstance(operation, Reply):
            return _id(await client.send("POST", f"{pull}/comments/{operation.to}/replies", {"body": operation.body}))
        kind = "issues" if operation.where == "issue" else "pulls"
        comment = f"{root}/{kind}/comments/{operation.id}"
        if isinstance(operation, EditComment):
            return _id(await client.send("PATCH", comment, {"body": operation.body}))
        await client.send("POST", f"{comment}/reactions", {"content": operation.content})
        return str(operation.id)

    async def _put_check(self, client: Client, root: str, operation: PutCheck) -> str:
        """Fifty annotations a request, which GitHub adds to those that are there. The conclusion comes with the last one:
        a check that is completed is complete."""
        annotations = operation.annotations
        parts = [annotations[at : at + ANNOTATIONS] for at in range(0, len(annotations), ANNOTATIONS)] or [()]
        id = str(operation.id) if operation.id else ""
        for at, part in enumerate(parts):
            body = _check(operation, part, last=at == len(parts) - 1)
            if id:
                await client.send("PATCH", f"{root}/check-runs/{id}", body)
            else:
                id = _id(await client.send("POST", f"{root}/check-runs", body | {"head_sha": operation.head}))
        return id

    async def _upload(self, client: Client, root: str, operation: UploadSarif) -> str:
        log = gzip.compress(await self.blobs.get(operation.sarif), mtime=0)
        if len(log) > SARIF:
            raise PermanentError(f"The SARIF log has {len(log):,} bytes compressed; code scanning takes {SARIF:,} at most.")
        body = {"commit_sha": operation.commit, "ref": operation.ref, "sarif": base64.b64encode(log).decode()}
        try:
            return _id(await client.send("POST", f"{root}/code-scanning/sarifs", body))
        except Gone as error:
            # 404 is also GitHub's answer where code scanning is not to be had; the repository may well be there.
            raise Denied(f"GitHub takes no SARIF here: {error}") from None


def _review(operation: PostReview) -> dict[str, Any]:
    comments: list[dict[str, Any]] = []
    for comment in operation.comments:
        item: dict[str, Any] = {"path": comment.path, "line": comment.line, "side": comment.side.value, "body": comment.body}
        if comment.start_line and comment.start_line != comment.line:
            item |= {"start_line": comment.start_line, "start_side": comment.side.value}
        comments.append(item)
    return {"commit_id": operation.head, "event": operation.event, "body": operation.body, "comments": comments}


def _check(operation: PutCheck, annotations: Sequence[Mapping[str, Any]], *, last: bool) -> dict[str, Any]:
    output: dict[str, Any] = {"title": operation.title, "summary": operation.summary}
    if operation.text:
        output["text"] = operation.text
    if annotations:
        output["annotations"] = [dict(annotation) for annotation in annotations]
    body: dict[str, Any] = {"name": operation.name, "output": output, "status": operation.status if last else "in_progress"}
    if operation.external_id:
        body["external_id"] = operation.external_id
    if last and operation.conclusion:
        body["conclusion"] = operation.conclusion
    return body


def _id(answer: Any) -> str:
    """The id of what was made. Raises PermanentError when GitHub names none."""
    id = answer.get("id") if isinstance(answer, dict) else None
    if not isinstance(id, (int, str)) or not id:
        raise PermanentError("GitHub's answer names no id of what was written.")
    return str(id)
