"""Whether the newest release is attested, as GitHub tells it: a yes, a no, and what was not told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fusion.adapters.github import connect
from fusion.adapters.github.app import SCANNING
from fusion.adapters.memory.records import MemoryBlobs
from fusion.model.posture import Posture, Release
from fusion.ports import Place
from tests.fakes.app_keys import pair
from tests.fakes.github import FakeGitHub

NAME = "octo/shop"


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


def released(github: FakeGitHub, *digests: str | None, immutable: bool = False) -> None:
    assets = [{"name": f"{number}.zip", "id": number, "digest": one} for number, one in enumerate(digests)]
    github.repository(NAME).settings.releases[:] = [
        {"id": 2, "tag_name": "v2", "published_at": "2026-01-01T00:00:00Z", "immutable": immutable, "assets": assets},
        {"id": 1, "tag_name": "v1", "published_at": "2025-01-01T00:00:00Z", "immutable": False, "assets": assets},
    ]


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as found:
        found.create(NAME, {"shop.py": "price = 1\n"})
        yield found


async def told(github: FakeGitHub, known: Any = None) -> tuple[bool | None, Posture, Any]:
    """Of the newest release; nobody asks about the one before."""
    settings = connect(MemoryBlobs(), api=github.url, token=github.sign_in("mona")).settings
    posture, after = await settings.posture(Place(repository=NAME), known or {})
    assert isinstance(posture.releases, tuple)
    newest, before = posture.releases
    assert isinstance(newest, Release)
    assert before.attested is None
    return newest.attested, posture, after


def asked(github: FakeGitHub) -> int:
    return sum("/attestations/" in str(request) for request in github.requests)


async def test_one_attested_file_is_enough_and_is_confirmed_for_nothing(github: FakeGitHub) -> None:
    released(github, digest(1), digest(2))
    github.repository(NAME).settings.attestations[digest(2)] = 1
    assert (await told(github))[0] is True
    assert asked(github) == 2
    released(github, digest(1), digest(2), immutable=True)
    assert (await told(github))[0] is True
    assert asked(github) == 2, "GitHub attests immutable releases itself"


async def test_none_that_is_attested_is_a_no_only_where_all_were_asked_about(github: FakeGitHub) -> None:
    released(github, *map(digest, range(5)))
    assert (await told(github))[0] is False
    released(github, *map(digest, range(6)))
    assert (await told(github))[0] is None
    released(github, digest(1), None)
    assert (await told(github))[0] is None


@pytest.mark.parametrize("odd", ["sha256:../../x", "md5:1", "", None])
async def test_what_is_no_digest_is_not_asked_about(github: FakeGitHub, odd: str | None) -> None:
    released(github, odd)
    assert (await told(github))[0] is None


async def test_without_the_permission_nothing_is_asked_and_nothing_told(github: FakeGitHub) -> None:
    released(github, digest(1))
    private, public = pair()
    granted = {name: level for name, level in SCANNING.items() if name != "attestations"}
    app = github.app(public_key=public, permissions=dict(SCANNING))
    installation = github.install(NAME, permissions=granted)
    settings = connect(MemoryBlobs(), api=github.url, app=app.id, key=private).settings
    posture, _ = await settings.posture(Place(repository=NAME, installation=installation.id), {})
    assert isinstance(posture.releases, tuple)
    assert posture.releases[0].attested is None
    assert not any("/attestations/" in asked for asked in github.requests)
