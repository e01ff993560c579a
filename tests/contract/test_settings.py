"""What every Settings promises: the one in memory, and GitHub's over HTTP against a fake GitHub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from fusion.adapters.github import connect
from fusion.adapters.memory.records import MemoryBlobs
from fusion.adapters.memory.settings import MemorySettings
from fusion.errors import Gone, RateLimited
from fusion.model.posture import Collaborator, Hook, Posture, Protection, Unknown
from fusion.ports import Place
from fusion.ports.compliance import Settings
from tests.fakes.github import FakeGitHub

NAME = "octo/shop"
FILES = {"README.md": b"# Shop\n", "src/shop.py": b"price = 1\n", "logo.png": b"\x89PNG\0\0"}


class Stage(Protocol):
    """A repository with FILES whose `mona` may write, and what becomes of it."""

    place: Place

    @property
    def settings(self) -> Settings: ...
    def head(self) -> str: ...
    def push(self, path: str, data: bytes) -> None: ...
    def protect(self) -> None: ...
    def hook(self) -> None: ...
    def hide_hooks(self) -> None: ...
    def archive(self) -> None: ...
    def empty(self) -> Place: ...
    def remove(self) -> None: ...
    def exhaust(self) -> None: ...


class InMemory:
    def __init__(self) -> None:
        self.settings = self.forge = MemorySettings()
        self.place = Place(repository=NAME)
        self.forge.add(NAME, FILES, collaborators=(Collaborator(login="mona", permission="write"),))

    def head(self) -> str:
        return self.forge.repositories[NAME].basics.head

    def push(self, path: str, data: bytes) -> None:
        self.forge.push(NAME, {path: data})

    def protect(self) -> None:
        rules = Protection(
            protected=True,
            sources=("branch protection",),
            pull_required=True,
            approvals=2,
            force_push=False,
            deletion=False,
            admins_included=True,
        )
        self.forge.change(NAME, protection=rules)

    def hook(self) -> None:
        hook = Hook(host="ci.example", https=True, verifies_tls=True, has_secret=True)
        self.forge.change(NAME, hooks=(hook,))

    def hide_hooks(self) -> None:
        self.forge.change(NAME, hooks=Unknown(why="Hidden.", permission="repository_hooks: read"))

    def archive(self) -> None:
        self.forge.change(NAME, basics={"archived": True})

    def empty(self) -> Place:
        self.forge.add("octo/empty")
        return Place(repository="octo/empty")

    def remove(self) -> None:
        self.forge.remove(NAME)

    def exhaust(self) -> None:
        self.forge.fail(RateLimited("The rate limit is used up.", seconds=1800))


class OnGitHub:
    def __init__(self, github: FakeGitHub) -> None:
        self.github = github
        github.create(NAME, dict(FILES))
        github.permit(NAME, "admin", "admin")
        github.permit(NAME, "mona", "write")
        github.organisation("octo")
        # With everything switched on, no question is refused, and so all of them can be confirmed.
        on = github.settings(NAME)
        on.dependabot_alerts, on.default_setup, on.contributors = True, "configured", [("mona", 3)]
        on.analysis["secret_scanning"] = "enabled"
        self.settings = connect(MemoryBlobs(), api=github.url, token=github.sign_in("admin")).settings
        self.place = Place(repository=NAME)

    def head(self) -> str:
        return self.github.repository(NAME).sha("main")

    def push(self, path: str, data: bytes) -> None:
        self.github.push(NAME, "main", {path: data})

    def protect(self) -> None:
        self.github.settings(NAME).protection = {
            "required_pull_request_reviews": {"required_approving_review_count": 2},
            "enforce_admins": {"enabled": True, "url": ""},
            "allow_force_pushes": {"enabled": False},
            "allow_deletions": {"enabled": False},
        }

    def hook(self) -> None:
        config = {"url": "https://ci.example/x?token=hidden", "secret": "********", "insecure_ssl": "0"}
        self.github.settings(NAME).hooks.append({"id": 1, "config": config, "active": True})

    def hide_hooks(self) -> None:
        self.github.fail(r"/hooks$", 403, times=100, body=b'{"message": "Resource not accessible"}')

    def archive(self) -> None:
        self.github.archive(NAME)

    def empty(self) -> Place:
        self.github.create_empty("octo/empty")
        self.github.permit("octo/empty", "admin", "admin")
        return Place(repository="octo/empty")

    def remove(self) -> None:
        self.github.delete_repository(NAME)

    def exhaust(self) -> None:
        self.github.limits.hourly = self.github.limits.window("user ID 0", "core", self.github.now).used


@pytest.fixture(params=["memory", "github"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    if request.param == "memory":
        yield InMemory()
        return
    with FakeGitHub() as github:
        yield OnGitHub(github)


async def read(stage: Stage, known: dict[str, object] | None = None) -> tuple[Posture, dict[str, object]]:
    """The posture, and what to know next time as a store gives it back."""
    posture, after = await stage.settings.posture(stage.place, known or {})
    assert isinstance(posture, Posture)
    return posture, json.loads(json.dumps(after))


async def test_it_tells_what_the_repository_is_and_who_may_what(stage: Stage) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    posture, _ = await read(stage)
    assert posture.repository == NAME
    assert posture.basics.default_branch == "main"  # type: ignore[union-attr]
    assert posture.basics.head == stage.head()  # type: ignore[union-attr]
    assert Collaborator(login="mona", permission="write") in posture.collaborators  # type: ignore[operator]
    assert posture.protection == Protection(protected=False)
    assert before <= posture.at <= datetime.now(UTC)


async def test_it_tells_the_rules_of_the_default_branch(stage: Stage) -> None:
    stage.protect()
    rules = (await read(stage))[0].protection
    assert isinstance(rules, Protection)
    assert (rules.protected, rules.pull_required, rules.approvals) == (True, True, 2)
    assert (rules.force_push, rules.deletion, rules.admins_included) == (False, False, True)


async def test_of_a_webhook_nothing_is_told_but_what_can_be_judged(stage: Stage) -> None:
    stage.hook()
    posture, known = await read(stage)
    assert posture.hooks == (Hook(host="ci.example", https=True, verifies_tls=True, has_secret=True),)
    assert "hidden" not in posture.model_dump_json() + json.dumps(known)


async def test_an_unchanged_repository_costs_nothing_and_is_the_same(stage: Stage) -> None:
    first, known = await read(stage)
    again, known = await read(stage, known)
    assert first.requests > 0
    assert again.requests == 0
    assert again.confirmed >= 10
    meanwhile = {"at", "requests", "confirmed"}
    assert again.model_dump(exclude=meanwhile) == first.model_dump(exclude=meanwhile)
    assert again.at >= first.at
    assert (await read(stage, known))[0].requests == 0


async def test_what_changed_is_told_although_something_else_was_known(stage: Stage) -> None:
    _, known = await read(stage)
    stage.protect()
    stage.push("src/shop.py", b"price = 2\n")
    posture, _ = await read(stage, known)
    assert posture.protection.approvals == 2  # type: ignore[union-attr]
    assert posture.basics.head == stage.head()  # type: ignore[union-attr]
    assert posture.requests > 0


async def test_what_may_not_be_seen_is_unknown_and_says_what_would_show_it(stage: Stage) -> None:
    stage.hook()
    _, known = await read(stage)
    stage.hide_hooks()
    posture, _ = await read(stage, known)
    assert isinstance(posture.hooks, Unknown)
    assert posture.hooks.permission == "repository_hooks: read"
    assert isinstance(posture.collaborators, tuple)


async def test_archived_and_empty_repositories_say_so(stage: Stage) -> None:
    stage.archive()
    assert (await read(stage))[0].basics.archived  # type: ignore[union-attr]
    posture, _ = await stage.settings.posture(stage.empty(), {})
    assert isinstance(posture, Posture)
    assert posture.basics.empty  # type: ignore[union-attr]
    assert posture.basics.head == ""  # type: ignore[union-attr]
    assert posture.merges == posture.contributors == ()


async def test_a_repository_that_is_no_more_is_gone(stage: Stage) -> None:
    _, known = await read(stage)
    head = stage.head()
    stage.remove()
    with pytest.raises(Gone):
        await read(stage, known)
    with pytest.raises(Gone):
        await stage.settings.tree(stage.place, head)


async def test_a_used_up_limit_says_when_to_come_back(stage: Stage) -> None:
    stage.exhaust()
    with pytest.raises(RateLimited) as caught:
        await read(stage)
    assert 0 < caught.value.seconds <= 3601


async def test_it_lists_the_files_of_a_commit_and_reads_those_that_are_there(stage: Stage) -> None:
    tree = await stage.settings.tree(stage.place, stage.head())
    assert tree.commit == stage.head()
    assert {file.path: file.size for file in tree.files} == {path: len(data) for path, data in FILES.items()}
    assert tree.cut == ""
    assert await stage.settings.contents(stage.place, stage.head(), [*FILES, "missing"]) == FILES


async def test_equal_bytes_have_equal_ids_and_an_old_commit_stays_as_it_was(stage: Stage) -> None:
    old = stage.head()
    before = {file.path: file.blob for file in (await stage.settings.tree(stage.place, old)).files}
    stage.push("src/shop.py", b"price = 2\n")
    after = {file.path: file.blob for file in (await stage.settings.tree(stage.place, stage.head())).files}
    assert {path for path in after if after[path] != before[path]} == {"src/shop.py"}
    assert await stage.settings.contents(stage.place, old, ["src/shop.py"]) == {"src/shop.py": b"price = 1\n"}


async def test_there_is_no_tree_of_what_is_no_commit(stage: Stage) -> None:
    for commit in ("0" * 40, "main", "../x"):
        with pytest.raises(Gone):
            await stage.settings.tree(stage.place, commit)
