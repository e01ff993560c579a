"""Who and what has access: collaborators, deploy keys, webhooks, the organisation; and what was released.

REST API: "Collaborators", "Deploy keys", "Repository webhooks", "Organizations", "Releases", "Attestations".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from fusion.adapters.github.asking import Asking, Refused, ungranted
from fusion.adapters.github.scene import time
from fusion.adapters.github.shape import count, each, flag, named, required, section, text
from fusion.adapters.github.together import together
from fusion.errors import PermanentError
from fusion.model.posture import Collaborator, DeployKey, Hook, OrganisationSettings, Release, Unknown

PAGES = 10
"""Pages of 100 that are read of a list."""
RELEASES = 30
"""Of the newest; each with at most 100 names of what is attached."""
ATTESTED = 5
"""Files of the newest release that are asked about."""
ATTESTATIONS = "attestations: read"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
KEYS, HOOKS = "administration: read", "repository_hooks: read"
ORGANISATION = "organization_administration: read"


async def collaborators(asking: Asking, *, organisation: bool) -> tuple[Collaborator, ...] | Unknown:
    """People with access of their own, not by a team. Raises Refused, Odd."""

    async def listed(affiliation: str) -> list[dict[str, Any]]:
        params, alike = {"affiliation": affiliation}, f"collaborators {affiliation}"
        return await asking.every("collaborators", params, cut=_people, pages=PAGES, alike=alike)

    direct, outside = await together(listed("direct"), listed("outside") if organisation else _none())
    strangers = {one["login"] for one in outside}
    known = {one["login"]: one for one in [*outside, *direct]}
    return tuple(
        Collaborator(login=one["login"], permission=one["permission"], outside=one["login"] in strangers)
        for one in known.values()
    )


async def _none() -> list[dict[str, Any]]:
    return []


def _people(value: Any) -> list[dict[str, str]]:
    return [{"login": named(one.get("login")), "permission": text(one.get("role_name"))} for one in each(value)]


async def deploy_keys(asking: Asking) -> tuple[DeployKey, ...] | Unknown:
    """Deploy keys. Raises Refused, Odd."""
    if asking.lacks(KEYS):
        return ungranted("deploy keys", KEYS)
    return tuple(
        DeployKey(
            title=one["title"], read_only=one["read_only"], created=time(one["created"]), last_used=time(one["last_used"])
        )
        for one in await asking.every("keys", cut=_keys, pages=PAGES, alike="keys")
    )


def _keys(value: Any) -> list[dict[str, Any]]:
    return [
        {
            "title": text(one.get("title")),
            # One that does not say so may write.
            "read_only": flag(one.get("read_only")) is True,
            "created": text(one.get("created_at")),
            "last_used": text(one.get("last_used")),
        }
        for one in each(value)
    ]


async def hooks(asking: Asking) -> tuple[Hook, ...] | Unknown:
    """Webhooks, without their addresses. Raises Refused, Odd."""
    if asking.lacks(HOOKS):
        return ungranted("webhooks", HOOKS)
    found = await asking.every("hooks", cut=_hooks, pages=PAGES, alike="hooks")
    return tuple(Hook.model_validate(one) for one in found)


def _hooks(value: Any) -> list[dict[str, Any]]:
    return [_hook(one) for one in each(value)]


def _hook(one: Any) -> dict[str, Any]:
    config = section(one.get("config"))
    try:
        # Path, query and user information of an address may be secrets; only its host is kept.
        address = urlsplit(text(config.get("url")))
        host, scheme = address.hostname or "", address.scheme
    except ValueError:
        host, scheme = "", ""
    return {
        "host": host,
        "https": scheme == "https",
        "verifies_tls": config.get("insecure_ssl") in (None, 0, "0", ""),
        "has_secret": bool(config.get("secret")),
        "active": flag(one.get("active")) is not False,
    }


async def releases(asking: Asking, *, public: bool) -> tuple[Release, ...] | Unknown:
    """Published releases, newest first. Raises Refused, Odd."""
    found = await asking.every("releases", {"per_page": str(RELEASES)}, cut=_releases, pages=1)
    shown = [one for one in found if not one["draft"]]
    told = await _attested(asking, shown[0], public=public) if shown else None
    return tuple(
        Release(
            tag=one["tag"],
            at=time(one["at"]),
            assets=tuple(one["assets"]),
            immutable=one["immutable"],
            # GitHub attests each immutable release itself; of others only the newest is asked about.
            attested=True if one["immutable"] else told if number == 0 else None,
        )
        for number, one in enumerate(shown)
    )


async def _attested(asking: Asking, release: Mapping[str, Any], *, public: bool) -> bool | None:
    """Whether the repository attests one of a release's files; None: it was not told, or more files were not asked about.

    REST API, "Attestations". Of a private repository, a refusal may also mean that the permission is missing.
    """
    digests = [digest for digest in release["digests"] if digest][:ATTESTED]
    if release["immutable"] or not digests or asking.lacks(ATTESTATIONS):
        return None
    for digest in digests:
        try:
            if await asking.ask(f"attestations/{quote(digest, safe=':')}", cut=_attestations):
                return True
        except Refused as error:
            if error.status != 404 or not (public or asking.granted is not None):
                return None
    return False if len(digests) == len(release["digests"]) else None


def _attestations(value: Any) -> int:
    return len(each(required(value).get("attestations")))


def _releases(value: Any) -> list[dict[str, Any]]:
    return [
        {
            "tag": text(one.get("tag_name")),
            "at": text(one.get("published_at")),
            "assets": [text(asset.get("name")) for asset in each(one.get("assets"))[:100]],
            "digests": [_digest(asset.get("digest")) for asset in each(one.get("assets"))[:100]],
            "immutable": flag(one.get("immutable")),
            "draft": flag(one.get("draft")) is True,
        }
        for one in each(value)
    ]


def _digest(value: Any) -> str:
    """A file's digest; empty where GitHub has none, as of files from before it kept them."""
    told = text(value) if value is not None else ""
    return told if _DIGEST.fullmatch(told) else ""


async def organisation(asking: Asking, owner: str, *, is_organisation: bool) -> OrganisationSettings | Unknown:
    """What the owner demands of its members. Raises Refused, Odd, PermanentError."""
    if not is_organisation:
        return Unknown(why="The owner is a person, not an organisation: it has no settings for members.")
    if "/" in owner or owner in (".", ".."):
        raise PermanentError("the owner's name is none")
    found = await asking.ask(f"/orgs/{quote(owner, safe='')}", cut=_organisation)
    return OrganisationSettings.model_validate(found)


def _organisation(value: Any) -> dict[str, Any]:
    found = required(value)
    count(found.get("id"))
    # GitHub shows the first three only to whom the organisation's administration may be shown.
    return {
        "two_factor": flag(found.get("two_factor_requirement_enabled")),
        "default_permission": text(found.get("default_repository_permission")),
        "members_create_public": flag(found.get("members_can_create_public_repositories")),
        "verified_domain": flag(found.get("is_verified")),
    }
