"""What checks over a repository's settings have in common: which part they read, and when there is nothing to judge."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from fusion.check import About, Subject
from fusion.checks.points import Judged, Moot, conclude
from fusion.checks.results import not_applicable, not_assessed
from fusion.model.compliance import CheckResult
from fusion.model.posture import (
    ActionsSettings,
    Basics,
    Collaborator,
    Contributor,
    DeployKey,
    Hook,
    Merge,
    OrganisationSettings,
    Posture,
    Protection,
    Release,
    SecuritySettings,
    Unknown,
)
from fusion.render.text import clip, one_line

P = TypeVar("P")

NAME = 80
"""Characters of a name that somebody else chose, as it is shown in a sentence."""
SKEW = timedelta(days=1)
"""So far may clocks be apart; a time that lies further ahead is not believed."""


MERGES = "contents: read, pull_requests: read, checks: read, statuses: read"
"""What shows merged pull requests with their reviews and checks."""


def named(text: str) -> str:
    """A name that somebody else chose, fit for a sentence: on one line, visible, not too long."""
    return clip(one_line(text), NAME) or "(no name)"


def change(merge: Merge) -> str:
    """What came in, by whom, as the subject of a sentence."""
    by = f" by {named(merge.author)}" if merge.author else ""
    return f"Pull request {merge.pull}{by}" if merge.pull else f"Commit {named(merge.commit[:12])}{by}"


def utc(at: datetime) -> datetime:
    """The moment with its zone; one that names none is UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What each of these checks may know beside its own part."""

    basics: Basics
    now: datetime
    """With its zone."""

    def age(self, at: datetime | None) -> timedelta | None:
        """How long ago it was, never less than nothing. None: nobody knows, or it lies ahead by more than clocks differ."""
        if at is None:
            return None
        age = self.now - utc(at)
        return max(age, timedelta()) if age >= -SKEW else None


class SettingsCheck(ABC, Generic[P]):
    """A check over one part of the settings. It is assessed only where the part, and what the repository is, were read."""

    about: About
    name: str
    """Of the part, a field of Posture."""
    archived: bool = True
    """Whether it still says something of an archived repository."""
    empty: bool = True
    """Whether it says something of a repository without a commit."""

    def wants(self, path: str) -> bool:
        """No file."""
        return False

    def assess(self, subject: Subject) -> CheckResult:
        """What follows from the part; not assessed where it could not be read."""
        posture = subject.posture
        if isinstance(posture, Unknown):
            # Of a folder no forge speaks: no permission would help.
            return not_assessed(self.about, posture.why, permission=posture.permission)
        basics = posture.basics
        as_of, read = utc(posture.at), (f"settings: {self.name.replace('_', ' ')}",)
        if isinstance(basics, Unknown):
            return self._lacking(basics)
        if basics.archived and not self.archived:
            return not_applicable(
                self.about, "The repository is archived: nothing can come into it.", read=("settings: basics",), as_of=as_of
            )
        if basics.empty and not self.empty:
            return not_applicable(self.about, "The repository has no commit yet.", read=("settings: basics",), as_of=as_of)
        scene = Scene(basics=basics, now=utc(subject.now))
        moot = self.moot(scene)
        if moot:
            return not_applicable(self.about, moot, read=("settings: basics",), as_of=as_of)
        part = self.part(posture)
        if isinstance(part, Unknown):
            return self._lacking(part)
        judged = self.judge(part, scene)
        if isinstance(judged, Moot):
            return not_applicable(self.about, judged.why, read=read, as_of=as_of)
        return conclude(self.about, judged, read=read, as_of=min(as_of, judged.as_of or as_of))

    def moot(self, scene: Scene) -> str:
        """Why the check has nothing to look at in such a repository, a sentence; empty: it has."""
        return ""

    @abstractmethod
    def part(self, posture: Posture) -> P | Unknown:
        """What it reads."""

    @abstractmethod
    def judge(self, part: P, scene: Scene) -> Judged | Moot:
        """How what it wants stands; total over any values."""

    def _lacking(self, unknown: Unknown) -> CheckResult:
        return not_assessed(self.about, unknown.why, permission=unknown.permission or self.about.permission)


class OverBasics(SettingsCheck[Basics]):
    """Over what the repository is."""

    name = "basics"

    def part(self, posture: Posture) -> Basics | Unknown:
        """What the repository is."""
        return posture.basics


class OverProtection(SettingsCheck[Protection]):
    """Over the rules of the default branch."""

    name = "protection"
    archived = False
    empty = False

    def part(self, posture: Posture) -> Protection | Unknown:
        """The rules of the default branch."""
        return posture.protection


class OverActions(SettingsCheck[ActionsSettings]):
    """Over what workflows may do."""

    name = "actions"
    archived = False

    def part(self, posture: Posture) -> ActionsSettings | Unknown:
        """What workflows may do."""
        return posture.actions

    def judge(self, part: ActionsSettings, scene: Scene) -> Judged | Moot:
        """Nothing where no workflow may run."""
        return self.allowed(part, scene) if part.enabled else Moot(why="Workflows are switched off in this repository.")

    @abstractmethod
    def allowed(self, part: ActionsSettings, scene: Scene) -> Judged | Moot:
        """The same where workflows may run."""


class OverSecurity(SettingsCheck[SecuritySettings]):
    """Over security features."""

    name = "security"

    def part(self, posture: Posture) -> SecuritySettings | Unknown:
        """Security features."""
        return posture.security


class OverMerges(SettingsCheck[tuple[Merge, ...]]):
    """Over what came into the default branch lately."""

    name = "merges"
    archived = False
    empty = False

    def part(self, posture: Posture) -> tuple[Merge, ...] | Unknown:
        """What came in lately."""
        return posture.merges


class OverReleases(SettingsCheck[tuple[Release, ...]]):
    """Over published releases."""

    name = "releases"
    empty = False

    def part(self, posture: Posture) -> tuple[Release, ...] | Unknown:
        """Published releases."""
        return posture.releases


class OverContributors(SettingsCheck[tuple[Contributor, ...]]):
    """Over those who committed."""

    name = "contributors"
    empty = False

    def part(self, posture: Posture) -> tuple[Contributor, ...] | Unknown:
        """Those who committed."""
        return posture.contributors


class OverCollaborators(SettingsCheck[tuple[Collaborator, ...]]):
    """Over those who have access; in an organisation, where access is given by somebody."""

    name = "collaborators"

    def part(self, posture: Posture) -> tuple[Collaborator, ...] | Unknown:
        """Those who have access."""
        return posture.collaborators

    def moot(self, scene: Scene) -> str:
        """A person's repository has one administrator, and everybody else is from outside."""
        return "" if scene.basics.owner_is_organisation else "The repository belongs to a person, not to an organisation."


class OverDeployKeys(SettingsCheck[tuple[DeployKey, ...]]):
    """Over keys of machines."""

    name = "deploy_keys"

    def part(self, posture: Posture) -> tuple[DeployKey, ...] | Unknown:
        """Keys of machines."""
        return posture.deploy_keys


class OverHooks(SettingsCheck[tuple[Hook, ...]]):
    """Over webhooks."""

    name = "hooks"

    def part(self, posture: Posture) -> tuple[Hook, ...] | Unknown:
        """Webhooks."""
        return posture.hooks


class OverOrganisation(SettingsCheck[OrganisationSettings]):
    """Over what the owning organisation demands."""

    name = "organisation"

    def part(self, posture: Posture) -> OrganisationSettings | Unknown:
        """What the owning organisation demands."""
        return posture.organisation

    def moot(self, scene: Scene) -> str:
        """A person has no members."""
        return "" if scene.basics.owner_is_organisation else "The repository belongs to a person, not to an organisation."
