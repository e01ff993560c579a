"""A repository's settings, as GitHub tells them. Implements `fusion.ports.Settings`.

About twenty requests the first time; where nothing has changed hardly one that counts, while the token is the same (see
`asking`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from fusion.adapters.github import answers, basics, merges, people_settings, protection, security_settings
from fusion.adapters.github.asking import Asking, Refused, Shared, part
from fusion.adapters.github.gate import Gate
from fusion.adapters.github.repository_tree import Reader
from fusion.adapters.github.sharing import FRESH, Standing
from fusion.adapters.github.together import together
from fusion.errors import Denied, Gone, PermanentError, TransientError
from fusion.model.inventory import Tree
from fusion.model.posture import OrganisationSettings, Posture, Unknown
from fusion.ports import Place

INTERRUPTED = 200
"""Repositories of which is kept what was read before the rate limit interrupted."""


class GitHubSettings:
    """Settings on GitHub. One for all repositories: it remembers what they share."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self._interrupted: OrderedDict[str, Mapping[str, Any]] = OrderedDict()
        self._organisations: OrderedDict[tuple[int, str], tuple[datetime, OrganisationSettings | Unknown, Any]] = OrderedDict()
        self._shared = Shared()
        self._reader = Reader(gate)

    async def posture(self, place: Place, known: Mapping[str, Any]) -> tuple[Posture, Mapping[str, Any]]:
        """As `fusion.ports.compliance.Settings.posture`. `at`: when the first question was asked."""
        key = f"{place.installation} {place.repository.lower()}"
        async with self.gate.access:
            client = self.gate.client(place, scanning=True)
            granted = await client.credentials.granted()
            asking = Asking(client, place.repository, self._interrupted.pop(key, known), granted=granted, shared=self._shared)
            posture = await self._tried(key, asking, place)
            if posture is None:
                spent = asking.requests
                asking = Asking(client, place.repository, {}, granted=granted, shared=self._shared)
                asking.requests = spent
                posture = await self._tried(key, asking, place, again=True)
                assert posture is not None
        return posture, asking.remembered()

    async def _tried(self, key: str, asking: Asking, place: Place, *, again: bool = False) -> Posture | None:
        """The posture; None where what was kept may be why it cannot be read, unless it is tried again without that."""
        try:
            posture = await self._read(asking, place)
        except TransientError:
            # What was read by now costs nothing when it is asked again.
            self._interrupted[key] = asking.remembered(partly=True)
            while len(self._interrupted) > INTERRUPTED:
                self._interrupted.popitem(last=False)
            raise
        except (Denied, Gone):
            raise
        except PermanentError:
            if again or not asking.confirmed:
                raise
            return None
        return None if asking.doubtful and asking.confirmed and not again else posture

    async def tree(self, place: Place, commit: str) -> Tree:
        """As `fusion.ports.compliance.Settings.tree`."""
        async with self.gate.access:
            return await self._reader.tree(place, commit)

    async def contents(self, place: Place, commit: str, paths: Collection[str]) -> Mapping[str, bytes]:
        """As `fusion.ports.compliance.Settings.contents`; of files up to a megabyte whose bytes git's id fits."""
        async with self.gate.access:
            return await self._reader.contents(place, commit, paths)

    async def _read(self, asking: Asking, place: Place) -> Posture:
        at = self._now()
        told = await _essential(basics.repository(asking), place.repository)
        # GitHub leads from a name that was given up to the new one; further questions need not go that way.
        asking.name = told.name if told.name.lower() != place.repository.lower() else place.repository
        asking.standing = Standing(
            account=asking.client.credentials.account,
            owner=told.owner,
            role=told.role,
            visibility=told.basics.visibility,
            etag=str(asking.kept.get("", {}).get("etag", "")),
        )
        branch = await _essential(basics.branch(asking, told.basics.default_branch), place.repository)
        about = told.basics.model_copy(update={"head": branch.sha, "empty": not branch.sha})
        organised = about.owner_is_organisation
        rules, actions, security, people, keys, hooks, releases, merged, contributors, organisation = await together(
            part(asking, protection.protection(asking, about.default_branch, branch), *_PARTS["protection"]),
            part(asking, security_settings.actions(asking, public=about.visibility == "public"), *_PARTS["actions"]),
            part(asking, security_settings.security(asking, told), *_PARTS["security"]),
            part(asking, people_settings.collaborators(asking, organisation=organised), *_PARTS["collaborators"]),
            part(asking, people_settings.deploy_keys(asking), *_PARTS["keys"]),
            part(asking, people_settings.hooks(asking), *_PARTS["hooks"]),
            part(asking, people_settings.releases(asking, public=about.visibility == "public"), *_PARTS["releases"]),
            part(asking, merges.merges(asking, asking.name, about.default_branch, branch.sha, now=at), *_PARTS["merges"]),
            part(asking, merges.contributors(asking, branch.sha, now=at), *_PARTS["contributors"]),
            self._organisation(asking, place, told.owner, at, is_organisation=organised),
        )
        since, demands = organisation
        return Posture(
            repository=told.name,
            repository_id=told.id,
            at=min(at, since, asking.since or at),
            basics=about,
            protection=rules,
            actions=actions,
            security=security,
            collaborators=people,
            deploy_keys=keys,
            hooks=hooks,
            releases=releases,
            merges=merged,
            contributors=contributors,
            organisation=demands,
            requests=asking.requests,
            confirmed=asking.confirmed,
        )

    async def _organisation(
        self, asking: Asking, place: Place, owner: str, at: datetime, *, is_organisation: bool
    ) -> tuple[datetime, OrganisationSettings | Unknown]:
        """An organisation's settings and when they were read: once for all of its repositories that are read soon after."""
        key, path = (place.installation, owner.lower()), f"/orgs/{owner}"
        told = self._organisations.get(key)
        if told is None or not timedelta() <= at - told[0] <= FRESH:

            async def read() -> tuple[datetime, OrganisationSettings | Unknown, Any]:
                return await self._organised(asking, key, owner, at, is_organisation=is_organisation)

            (since, found, kept), _ = await self._shared.flights.one(("organisation", *key), read)
        else:
            since, found, kept = told
        if kept is not None:
            asking.kept[path] = kept
        return since, found

    async def _organised(
        self, asking: Asking, key: tuple[int, str], owner: str, at: datetime, *, is_organisation: bool
    ) -> tuple[datetime, OrganisationSettings | Unknown, Any]:
        """As read now, with what to keep of it."""
        reading = people_settings.organisation(asking, owner, is_organisation=is_organisation)
        found = await part(asking, reading, *_PARTS["organisation"])
        told = at, found, asking.kept.get(f"/orgs/{owner}")
        if is_organisation:
            self._organisations[key] = told
            self._organisations.move_to_end(key)
            while len(self._organisations) > INTERRUPTED:
                self._organisations.popitem(last=False)
        return told

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.gate.access.clock(), UTC)


_PARTS: Mapping[str, tuple[str, str]] = {
    "protection": ("the rules of the default branch", "administration: read"),
    "actions": ("the settings of GitHub Actions", security_settings.ADMINISTRATION),
    "security": ("the security features", security_settings.ADMINISTRATION),
    "collaborators": ("collaborators", "metadata: read"),
    "keys": ("deploy keys", people_settings.KEYS),
    "hooks": ("webhooks", people_settings.HOOKS),
    "releases": ("releases", "contents: read"),
    "merges": (merges.WHAT, merges.PERMISSION),
    "contributors": ("contributors", "metadata: read"),
    "organisation": ("the organisation's settings", people_settings.ORGANISATION),
}
"""What each part is, for people, and the permission that shows it."""


async def _essential(reading: Any, name: str) -> Any:
    """What nothing can be said without. Raises Denied, Gone, TransientError, PermanentError."""
    try:
        return await reading
    except Refused as error:
        said = f" ({answers.line(error.told)})" if error.told else ""
        if error.status in (404, 410, 451):
            raise Gone(f"GitHub has no {name}, or these credentials may not see it{said}.") from None
        if error.status == 403:
            raise Denied(f"GitHub does not let these credentials read {name}{said}; grant metadata: read.") from None
        if error.status >= 500:
            raise TransientError(f"GitHub answered {error.status} when asked for {name}{said}; try again later.") from None
        raise PermanentError(f"GitHub answered {error.status} when asked for {name}{said}.") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PermanentError(f"GitHub's answer about {name} has not the form that its reference describes: {error}.") from None
