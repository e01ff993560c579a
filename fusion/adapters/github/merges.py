"""What came into the default branch lately and who contributed, by GraphQL: one query each instead of a hundred requests.

GraphQL has no ETags and no 304. So merges are asked for when the branch has another head than when they were asked for last, or
when something about them was not settled then. What is known is current otherwise: what came into a branch cannot change
without its head; a review of a pull request that is merged already may, and is not of interest, because nothing waited for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from fusion.adapters.github.asking import Asking, Refused, ungranted
from fusion.adapters.github.scene import actor, time
from fusion.adapters.github.shape import Odd, count, each, flag, named, required, section, text
from fusion.model.posture import Contributor, Merge, Unknown

SHOWN = 30
"""Changes that are told."""
COMMITS = 50
"""Commits that are looked at for them: a pull request that was rebased has one for each of its own."""
SETTLED = timedelta(hours=1)
"""So long after a commit, checks that were not begun will not be."""
STUCK = timedelta(days=7)
"""So long after a commit, checks that still run are not waited for."""
PEOPLE = 30
"""Contributors who are asked for their organisations."""
FRESH = timedelta(days=30)
"""So long, what people say of where they belong is not asked anew while the commits are the same; `Contributor.as_of` tells."""
MERGES = """
query($owner: String!, $name: String!, $branch: String!, $commits: Int!) {
  repository(owner: $owner, name: $name) {
    ref(qualifiedName: $branch) {
      target {
        ... on Commit {
          history(first: $commits) {
            nodes {
              oid committedDate
              author { user { login } }
              signature { isValid }
              statusCheckRollup { state }
              associatedPullRequests(first: 3) {
                nodes {
                  number merged mergedAt baseRefName
                  author { __typename login }
                  mergedBy { __typename login }
                  reviews(first: 20, states: [APPROVED]) { nodes { author { __typename login } } }
                  commits(last: 1) { nodes { commit { statusCheckRollup { state } } } }
                }
              }
            }
          }
        }
      }
    }
  }
}
"""
BELONGING = """
query($ids: [ID!]!) {
  nodes(ids: $ids) { ... on User { id company organizations(first: 20) { nodes { login } } } }
}
"""
_NEEDS = ("contents: read", "pull_requests: read", "checks: read", "statuses: read")
WHAT = "the merged pull requests with their reviews and checks"
PERMISSION = ", ".join(_NEEDS)
_PASSED = {"SUCCESS": True, "FAILURE": False, "ERROR": False}
_NO_CHECKS = ""


async def merges(asking: Asking, name: str, branch: str, head: str, *, now: datetime) -> tuple[Merge, ...] | Unknown:
    """The changes that came into the branch lately, newest first. Raises Refused, Odd."""
    if not head:
        return ()
    if missing := next((need for need in _NEEDS if asking.lacks(need)), ""):
        return ungranted(WHAT, missing)
    key = "graphql merges"
    kept = asking.known(key)
    if kept.get("head") != head or kept.get("settled") is not True or not isinstance(kept.get("answer"), list):
        owner, _, repository = name.partition("/")
        variables = {"owner": owner, "name": repository, "branch": f"refs/heads/{branch}", "commits": COMMITS}
        rows = list(_changes(await asking.graphql(MERGES, variables), branch))
        kept = {"head": head, "settled": all(_settled(row, now) for row in rows), "answer": rows[:SHOWN]}
    asking.kept[key] = dict(kept)
    return tuple(_merge(row) for row in kept["answer"])


def _settled(row: Mapping[str, Any], now: datetime) -> bool:
    at, state = time(row["at"]), row["checks"]
    if at is None or state in _PASSED:
        return True
    return now - at > (SETTLED if state == _NO_CHECKS else STUCK)


def _merge(row: Mapping[str, Any]) -> Merge:
    return Merge(
        commit=row["commit"],
        at=time(row["at"]),
        author=row["author"],
        verified=row["verified"],
        pull=row["pull"],
        approvals=row["approvals"],
        self_merged=row["self_merged"],
        # No check at all is not one that passed; one that runs is not told.
        checks_passed=False if row["checks"] == _NO_CHECKS else _PASSED.get(row["checks"]),
        by_bot=row["by_bot"],
    )


def _changes(data: Mapping[str, Any], branch: str) -> Iterator[dict[str, Any]]:
    """One row for each pull request, and for each commit that came without one."""
    ref = section(section(data.get("repository")).get("ref"))
    seen: set[int] = set()
    for node in _nodes(section(ref.get("target")).get("history")):
        pulls = [one for one in _nodes(node.get("associatedPullRequests")) if _came(one, branch)]
        pull = pulls[0] if pulls else None
        number = count(pull.get("number")) if pull else 0
        if number in seen:
            continue
        seen |= {number} - {0}
        signature = node.get("signature")
        row = {
            "commit": named(node.get("oid")),
            "at": text(node.get("committedDate")),
            "verified": signature is not None and flag(required(signature).get("isValid")) is True,
            "pull": number,
        }
        yield row | (_pulled(pull) if pull else _pushed(node))


def _came(pull: Mapping[str, Any], branch: str) -> bool:
    return flag(pull.get("merged")) is True and text(pull.get("baseRefName")) == branch


def _pulled(pull: Mapping[str, Any]) -> dict[str, Any]:
    author, merger = actor(_who(pull.get("author"))), actor(_who(pull.get("mergedBy")))
    reviewers = {actor(_who(review.get("author"))).login for review in _nodes(pull.get("reviews"))}
    last = next(iter(_nodes(pull.get("commits"))), {})
    return {
        "author": author.login,
        "by_bot": author.bot,
        "approvals": len(reviewers - {author.login}),
        "self_merged": merger.login == author.login,
        "checks": _state(section(last.get("commit")).get("statusCheckRollup")),
    }


def _pushed(node: Mapping[str, Any]) -> dict[str, Any]:
    login = text(section(section(node.get("author")).get("user")).get("login"))
    return {
        "author": login,
        "by_bot": login.endswith("[bot]"),
        "approvals": 0,
        "self_merged": True,
        "checks": _state(node.get("statusCheckRollup")),
    }


def _who(value: Any) -> Mapping[str, Any]:
    found = section(value)
    return {"login": text(found.get("login")), "__typename": text(found.get("__typename"))} if found else {}


def _state(rollup: Any) -> str:
    return _NO_CHECKS if rollup is None else named(required(rollup).get("state"))


def _nodes(connection: Any) -> list[Mapping[str, Any]]:
    found = section(connection).get("nodes")
    # GraphQL has null among the nodes for what may not be seen.
    if isinstance(found, list):
        found = [node for node in found if node is not None]
    return each(found)


async def contributors(asking: Asking, head: str, *, now: datetime) -> tuple[Contributor, ...] | Unknown:
    """The 100 with most commits; organisations of the first 30 people. Raises Refused, Odd."""
    if not head:
        return ()
    listed = await asking.every("contributors", cut=_contributors, pages=1)
    people = [one["id"] for one in listed if one["id"] and not one["bot"]][:PEOPLE]
    belong, told = await _belonging(asking, people, head, now) if people else ({}, None)
    return tuple(
        Contributor(
            login=one["login"],
            commits=one["commits"],
            organisations=tuple(belong.get(one["id"], ())),
            as_of=told if one["id"] in belong else None,
        )
        for one in listed
    )


async def _belonging(
    asking: Asking, ids: Sequence[str], head: str, now: datetime
) -> tuple[Mapping[str, Sequence[str]], datetime | None]:
    key = "graphql people"
    kept = asking.known(key)
    at = time(kept.get("at"))
    if kept.get("head") != head or kept.get("of") != list(ids) or at is None or not timedelta() <= now - at <= FRESH:
        try:
            data = await asking.graphql(BELONGING, {"ids": list(ids)})
        except Refused:
            # One account that is gone refuses them all. That they are not told is said by `as_of`.
            return {}, None
        answer = {text(one.get("id")): _named(one) for one in _nodes({"nodes": data.get("nodes")}) if one}
        kept, at = {"head": head, "of": list(ids), "at": now.isoformat(), "answer": answer}, now
    if not isinstance(kept["answer"], dict):
        raise Odd("what was kept is not an object")
    asking.kept[key] = dict(kept)
    return kept["answer"], at


def _named(user: Mapping[str, Any]) -> list[str]:
    """Organisations that somebody names, in lower case: those that they show, and what they wrote as their company."""
    company = text(user.get("company")).strip().lstrip("@").lower()
    shown = {text(one.get("login")).lower() for one in _nodes(user.get("organizations"))}
    return sorted({*shown, company} - {""})


def _contributors(value: Any) -> list[dict[str, Any]]:
    return [
        {
            "login": text(one.get("login")),
            "id": text(one.get("node_id")),
            "commits": count(one.get("contributions")),
            "bot": text(one.get("type")) != "User" or text(one.get("login")).endswith("[bot]"),
        }
        for one in each(value)
    ]
