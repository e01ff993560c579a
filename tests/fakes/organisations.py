"""Organisations as there are many: what is on, what is off, and what whoever asks may not see. From a seed, always the same."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.fakes.github import FakeGitHub
from tests.fakes.github.people import Files
from tests.fakes.github.settings import RepositorySettings

PEOPLE = ("ada", "bob", "cleo", "dan", "eve", "finn")
RULES = {"name": "main", "source_type": "Organization", "rules": [{"type": "non_fast_forward"}, {"type": "deletion"}]}
PROTECTION = {
    "required_pull_request_reviews": {"required_approving_review_count": 1},
    "enforce_admins": {"enabled": False, "url": ""},
    "allow_force_pushes": {"enabled": False},
    "allow_deletions": {"enabled": False},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Shares of the repositories, from 0 to 1."""

    alerts: float = 0.5
    """Dependabot alerts are on."""
    scanned: float = 0.3
    """Code scanning is: half by the default set-up, half by uploads."""
    private: float = 0.4
    """Three of four of these without Code Security."""
    rulesets: float = 0.25
    protected: float = 0.4
    released: float = 0.4
    """Of these one in four immutable, one in four attested, one in four not, one in four without files."""
    archived: float = 0.05
    forbidden: float = 0.1
    """Whoever scans may write, but does not administer."""


OFF = Mix(alerts=0, scanned=0, private=0, rulesets=0, protected=0, released=0, archived=0, forbidden=0)
"""New repositories of people who switched nothing on."""


def furnish(github: FakeGitHub, login: str, count: int, files: Files, mix: Mix, *, admin: str, seed: int = 1) -> list[str]:
    """An organisation of so many repositories, most of which `admin` administers: their names."""
    chance = random.Random(seed)
    names = github.estate(login, count, files)
    github.organisation(login, owners=[admin])
    for name in names:
        where = github.repository(name)
        where.private = chance.random() < mix.private
        where.archived = chance.random() < mix.archived
        where.settings = _settings(chance, mix, private=where.private)
        github.permit(name, admin, "write" if chance.random() < mix.forbidden else "admin")
    return names


def _settings(chance: random.Random, mix: Mix, *, private: bool) -> RepositorySettings:
    found = RepositorySettings(contributors=[(login, 9) for login in PEOPLE[: chance.randint(1, len(PEOPLE))]])
    found.dependabot_alerts = chance.random() < mix.alerts
    if private:
        bought = chance.random() < 0.25
        found.analysis["code_security"] = "enabled" if bought else "disabled"
    if (not private or bought) and chance.random() < mix.scanned:
        found.default_setup, found.analyses = chance.choice([("configured", 3), ("not-configured", 5)])
    found.rulesets = {7: RULES} if chance.random() < mix.rulesets else {}
    found.protection = PROTECTION if chance.random() < mix.protected else None
    if chance.random() < mix.released:
        _release(chance, found)
    return found


def _release(chance: random.Random, found: RepositorySettings) -> None:
    kind = chance.choice(["immutable", "attested", "plain", "bare"])
    digests = [f"sha256:{chance.getrandbits(256):064x}" for _ in range(0 if kind == "bare" else chance.randint(1, 4))]
    assets = [{"id": number, "name": f"file-{number}.tar.gz", "digest": one} for number, one in enumerate(digests, 1)]
    found.attestations = dict.fromkeys(digests, 1) if kind == "attested" else {}
    release = {"id": 1, "tag_name": "v1", "published_at": "2026-01-01T00:00:00Z", "draft": False, "assets": assets}
    found.releases = [release | {"immutable": kind == "immutable"}]
