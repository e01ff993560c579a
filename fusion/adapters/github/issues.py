"""Issues that Fusion keeps in a repository. Implements `fusion.ports.compliance.Issues`. REST API: "Issues", "Issue comments".

An issue is ours when it bears our label and was opened by us; which one it is, its marker says. GitHub takes no key that would
make opening idempotent: so an open issue with the same marker is looked for first, and written anew instead.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fusion.adapters.github.client import PER_PAGE, Client
from fusion.adapters.github.gate import Gate
from fusion.adapters.github.shape import MANY, Odd, count, each, required, section, text
from fusion.errors import Denied, Gone, PermanentError
from fusion.ports import Place
from fusion.ports.compliance import Issue

LABEL = "fusion-compliance"
OURS = "fusion-"
"""How the labels begin that are ours to take away again; others are people's."""
PAGES = 10
LONG = 65_536
"""Characters that GitHub takes as a body."""
_WORKFLOW = "github-actions[bot]"
_MARKER = re.compile(r"<!-- fusion:[^\r\n]{1,500}? -->")


class _Off(Denied):
    """No permission of the token would help."""


class GitHubIssues:
    """Issues on GitHub."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate

    async def ours(self, place: Place) -> Sequence[Issue]:
        """The thousand that were opened last, newest first."""
        async with self._asking(place) as client:
            return [_issue(item, who) for item, who in await self._listed(client, place, state="all")]

    async def open(self, place: Place, *, title: str, body: str, labels: Sequence[str]) -> int:
        """Opens none where an open one has the marker of this body: that one is written anew.

        A person's token may be another's tomorrow, and an App's does not say whose it is: where somebody else has opened it,
        PermanentError says so, and nothing is opened twice.
        """
        marker = _marker(body)
        async with self._asking(place) as client:
            if marker:
                app = self.gate.app_id(place)
                listed = await self._listed(client, place, state="open", everyones=not app)
                for item, who in listed:
                    if _issue(item, who).marker == marker:
                        if not _is_ours(item, who, app):
                            raise PermanentError(
                                f"Issue #{count(item.get('number'))} tells it already, and another account has opened it: "
                                f"let one account alone keep the issues of {place.repository}."
                            )
                        await self._write(client, place, item, title=title, body=body, labels=labels)
                        return count(item.get("number"))
                if not app and not any(_is_ours(item, who, app) for item, who in listed):
                    await self._labelling(client, place)
            url = f"/repos/{place.repository}/issues"
            made = await client.send("POST", url, {"title": title, "body": body[:LONG], "labels": _labels(labels)})
        number = count(section(made).get("number"))
        if not number:
            raise PermanentError("GitHub's answer names no issue.")
        return number

    async def update(self, place: Place, number: int, *, title: str, body: str, labels: Sequence[str]) -> None:
        """Writes nothing where it says that already. Labels of people stay."""
        async with self._asking(place) as client:
            await self._write(client, place, await self._one(client, place, number), title=title, body=body, labels=labels)

    async def close(self, place: Place, number: int, *, comment: str) -> None:
        """First the comment, then the state; what was done already is not done again."""
        await self._turn(place, number, comment, {"state": "closed", "state_reason": "completed"})

    async def reopen(self, place: Place, number: int, *, comment: str) -> None:
        """As `close`."""
        await self._turn(place, number, comment, {"state": "open", "state_reason": "reopened"})

    @asynccontextmanager
    async def _asking(self, place: Place) -> AsyncIterator[Client]:
        """A client that may write issues. What GitHub answers and is no issue ends in PermanentError."""
        async with self.gate.access:
            try:
                yield self.gate.client(place, filing=True)
            except _Off:
                raise
            except Denied as error:
                raise Denied(f"{error} Issues are kept with the permission issues: write.") from error
            except Odd as error:
                raise PermanentError(f"GitHub's answer about issues of {place.repository} cannot be read: {error}.") from None

    async def _turn(self, place: Place, number: int, comment: str, change: Mapping[str, str]) -> None:
        async with self._asking(place) as client:
            found = await self._one(client, place, number)
            if text(found.get("state")) == change["state"]:
                return
            url = f"/repos/{place.repository}/issues/{number}"
            # After an answer that was lost nobody knows whether the comment stands there: the last one tells.
            last = max(1, -(-count(found.get("comments")) // PER_PAGE))
            said = await client.json(f"{url}/comments", {"per_page": str(PER_PAGE), "page": str(last)})
            if not _said(said, comment):
                await client.send("POST", f"{url}/comments", {"body": comment[:LONG]})
            await client.send("PATCH", url, change)

    async def _write(
        self, client: Client, place: Place, found: Mapping[str, Any], *, title: str, body: str, labels: Sequence[str]
    ) -> None:
        have = _named(found)
        wanted = [*_labels(labels), *(name for name in have if not name.startswith(OURS) and name not in labels)]
        same = text(found.get("title")) == title and str(found.get("body") or "") == body[:LONG] and set(have) == set(wanted)
        if not same:
            url = f"/repos/{place.repository}/issues/{count(found.get('number'))}"
            await client.send("PATCH", url, {"title": title, "body": body[:LONG], "labels": wanted})

    async def _one(self, client: Client, place: Place, number: int) -> Mapping[str, Any]:
        return required(await client.json(f"/repos/{place.repository}/issues/{number}"))

    async def _labelling(self, client: Client, place: Place) -> None:
        """Raises Denied where GitHub drops the labels of this person's issues without a word: none would be known again."""
        if await _myself(client) == _WORKFLOW:
            return
        roles = section(section(await client.json(f"/repos/{place.repository}")).get("permissions"))
        if not any(roles.get(role) is True for role in ("admin", "maintain", "push", "triage")):
            raise _Off(f"GitHub keeps labels only of those who may push: this account may not push to {place.repository}.")

    async def _listed(
        self, client: Client, place: Place, *, state: str, everyones: bool = False
    ) -> list[tuple[Mapping[str, Any], str]]:
        """Our issues, or everyone's that bear our label, each with our login."""
        login, app = await self.gate.login(place), self.gate.app_id(place)
        params = {"labels": LABEL, "state": state, "sort": "created", "direction": "desc"}
        try:
            login = login or await _myself(client)
            found = [required(item) async for item in client.paged(f"/repos/{place.repository}/issues", params, pages=PAGES)]
            return [(item, login) for item in found[:MANY] if _is_ours(item, login, app) or (everyones and _is_issue(item))]
        except Gone as error:
            # GitHub answers 410 where issues are switched off, as if they had been deleted.
            about = await client.json(f"/repos/{place.repository}")
            if isinstance(about, dict) and about.get("has_issues") is False:
                raise _Off(f"Issues are switched off in {place.repository}.") from error
            raise


async def _myself(client: Client) -> str:
    try:
        return text(section(await client.json("/user")).get("login"))
    except Denied:
        # The token of a workflow is an installation's, which is nobody; what it writes, this one has written.
        return _WORKFLOW


def _is_issue(item: Mapping[str, Any]) -> bool:
    return item.get("pull_request") is None


def _is_ours(item: Mapping[str, Any], login: str, app: int) -> bool:
    if not _is_issue(item):
        return False
    if app and count(section(item.get("performed_via_github_app")).get("id")) == app:
        return True
    return bool(login) and text(section(item.get("user")).get("login")).lower() == login.lower()


def _issue(item: Mapping[str, Any], login: str) -> Issue:
    body = item.get("body")
    body = body if isinstance(body, str) else ""
    closer = text(section(item.get("closed_by")).get("login"))
    closed = text(item.get("state")) == "closed"
    return Issue(
        number=count(item.get("number")),
        title=text(item.get("title")),
        body=body,
        state="closed" if closed else "open",
        closed_by_us=closed and bool(login) and closer.lower() == login.lower(),
        labels=tuple(_named(item)),
        marker=_marker(body),
    )


def _marker(body: str) -> str:
    """The last of our marks in a body; whether it was signed by us is for who reads it."""
    found = _MARKER.findall(body)
    return str(found[-1]) if found else ""


def _named(item: Mapping[str, Any]) -> list[str]:
    labels = item.get("labels")
    plain = [{"name": one} if isinstance(one, str) else one for one in labels] if isinstance(labels, list) else labels
    return [name for one in each(plain) if (name := text(one.get("name")))]


def _labels(given: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([LABEL, *given]))


def _said(comments: Any, comment: str) -> bool:
    found = each(comments)
    return bool(found) and str(found[-1].get("body") or "").strip() == comment[:LONG].strip()
