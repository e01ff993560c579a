"""What a repository is, and where its default branch points (REST API: "Get a repository", "Get a branch")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import quote

from fusion.adapters.github.asking import Asking, Refused
from fusion.adapters.github.scene import time
from fusion.adapters.github.shape import count, flag, named, on, required, section, text
from fusion.errors import Denied
from fusion.model.posture import Basics

ANALYSIS = (
    "secret_scanning",
    "secret_scanning_push_protection",
    "dependabot_security_updates",
    "advanced_security",
    "code_security",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What "Get a repository" told. `role`: what these credentials may do there, in GitHub's words.

    `analysis`: security features by name, None where these credentials are not told.
    """

    id: int
    name: str
    owner: str
    administrator: bool
    role: str
    basics: Basics
    analysis: dict[str, bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Where a branch points; `sha` empty: there is none. `protected`: by anything; `classic`: whether by branch protection."""

    sha: str = ""
    protected: bool = False
    classic: bool | None = None


async def repository(asking: Asking) -> Told:
    """The repository. Raises Refused, Odd."""
    found = await asking.ask("", cut=_repository)
    visibility = found["visibility"]
    if visibility not in ("public", "private", "internal"):
        visibility = "private" if found["private"] is not False else "public"
    basics = Basics(
        default_branch=found["default_branch"],
        visibility=cast("Literal['public', 'private', 'internal']", visibility),
        archived=bool(found["archived"]),
        disabled=bool(found["disabled"]),
        fork=bool(found["fork"]),
        template=bool(found["template"]),
        licence=found["licence"],
        description=found["description"],
        created=time(found["created"]),
        pushed=time(found["pushed"]),
        owner_is_organisation=found["owner_type"] == "Organization",
        forking=found["forking"],
        issues=found["issues"] is not False,
        web_commit_signoff=bool(found["signoff"]),
    )
    return Told(
        id=found["id"],
        name=found["name"],
        owner=found["owner"],
        administrator=bool(found["admin"]),
        role=found["role"],
        basics=basics,
        analysis={name: found["analysis"].get(name) for name in ANALYSIS},
    )


def _repository(value: Any) -> dict[str, Any]:
    found = required(value)
    owner, analysis = required(found.get("owner")), section(found.get("security_and_analysis"))
    # "Other" is a licence that GitHub cannot name.
    licence = text(section(found.get("license")).get("spdx_id"))
    return {
        "id": count(found.get("id")),
        "name": named(found.get("full_name")),
        "owner": named(owner.get("login")),
        "owner_type": text(owner.get("type")),
        "default_branch": named(found.get("default_branch")),
        "visibility": text(found.get("visibility")),
        "private": flag(found.get("private")),
        "archived": flag(found.get("archived")),
        "disabled": flag(found.get("disabled")),
        "fork": flag(found.get("fork")),
        "template": flag(found.get("is_template")),
        "licence": "" if licence == "NOASSERTION" else licence,
        "description": text(found.get("description")),
        "created": text(found.get("created_at")),
        "pushed": text(found.get("pushed_at")),
        "forking": flag(found.get("allow_forking")),
        "issues": flag(found.get("has_issues")),
        "signoff": flag(found.get("web_commit_signoff_required")),
        "admin": flag(section(found.get("permissions")).get("admin")),
        "role": " ".join(sorted(name for name, has in section(found.get("permissions")).items() if flag(has)))[:200],
        "analysis": {name: _enabled(analysis[name]) for name in ANALYSIS if analysis.get(name) is not None},
    }


def _enabled(value: Any) -> bool | None:
    status = text(required(value).get("status"))
    return {"enabled": True, "disabled": False}.get(status)


async def branch(asking: Asking, name: str) -> Branch:
    """A branch; without `sha` where GitHub says that there is none. Raises Denied where it may not be seen, Refused, Odd."""
    try:
        found = await asking.ask(f"branches/{quote(name, safe='')}", cut=_branch)
    except Refused as error:
        if error.status == 404 and error.says("branch not found"):
            return Branch()
        if error.status in (403, 404):
            raise Denied(f"GitHub shows these credentials nothing of what {asking.name} holds; grant contents: read.") from None
        raise
    return Branch(sha=found["sha"], protected=bool(found["protected"]), classic=found["classic"])


def _branch(value: Any) -> dict[str, Any]:
    found = required(value)
    protection = found.get("protection")
    return {
        "sha": named(required(found.get("commit")).get("sha")),
        "protected": flag(found.get("protected")),
        "classic": on(protection) if isinstance(protection, dict) and "enabled" in protection else None,
    }
