"""GitHub's adapter as the App, against a fake that knows tokens, permissions, limits, ETags and faults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from fusion.adapters.github import Connected, connect
from fusion.adapters.github.client import Access
from fusion.adapters.memory.records import MemoryBlobs
from fusion.errors import Denied, FusionError, Gone, HeadMoved, RateLimited, TransientError
from fusion.model import (
    CreateComment,
    InlineComment,
    PostReview,
    PutCheck,
    Request,
    RequestKind,
    ResolveThread,
    UploadSarif,
)
from fusion.ports import Permission, Place
from tests.fakes.app_keys import pair
from tests.fakes.github import FakeGitHub, Limits
from tests.fakes.github.state import App, Installation

NAME = "octo/shop"
GRANTED = {
    "metadata": "read",
    "contents": "write",
    "pull_requests": "write",
    "issues": "write",
    "checks": "write",
    "security_events": "write",
}


@dataclass
class Shop:
    """A private repository with pull request 1, the App installed on it, and the adapter."""

    github: FakeGitHub
    app: App
    installation: Installation
    side: Connected
    place: Place

    def request(self, **fields: object) -> Request:
        known = {"kind": RequestKind.PULL, "repository": NAME, "number": 1, "installation": self.installation.id}
        return Request.model_validate(known | fields)

    async def say(self, body: str = "Hello") -> str:
        return await self.side.conversation.apply(self.place, CreateComment(body=body))


def shop_on(github: FakeGitHub, *, enterprise: bool = False) -> Shop:
    private, public = pair()
    app = github.app(permissions=GRANTED, public_key=public)
    github.create(NAME, {"kept.py": "".join(f"line {n}\n" for n in range(40)), ".fusion.yml": "version: 1\n"}, private=True)
    installation = github.install(NAME)
    github.open_pull(NAME, head="feature", files={"kept.py": "changed\n"}, user="mona")
    access = Access(api=github.url + ("/api/v3" if enterprise else ""), clock=lambda: github.now.timestamp())
    side = connect(MemoryBlobs(), api="", app=app.id, key=private, access=access)
    return Shop(github, app, installation, side, Place(repository=NAME, number=1, installation=installation.id))


@pytest.fixture
def shop() -> Iterator[Shop]:
    with FakeGitHub() as github:
        yield shop_on(github)


def tokens_asked(shop: Shop) -> int:
    return sum("access_tokens" in request for request in shop.github.requests)


async def test_a_token_serves_until_it_expires_or_is_revoked(shop: Shop) -> None:
    await shop.say()
    await shop.say()
    assert tokens_asked(shop) == 1
    shop.github.advance(minutes=54)
    await shop.say()
    assert tokens_asked(shop) == 1
    shop.github.advance(minutes=2)
    await shop.say()
    assert tokens_asked(shop) == 2
    for text, token in list(shop.github.tokens.items()):
        if token.installation is not None:
            shop.github.revoke(text)
    await shop.say()
    assert tokens_asked(shop) == 3
    assert len(shop.github.comments(NAME, 1)) == 5


async def test_a_token_sees_one_repository_and_does_no_more_than_it_must(shop: Shop) -> None:
    await shop.say()
    (token,) = [token for token in shop.github.tokens.values() if token.installation is not None]
    assert token.repositories == frozenset({NAME})
    assert token.permissions == {**GRANTED, "contents": "read", "issues": "read"}


async def test_threads_are_resolved_with_a_token_of_their_own(shop: Shop) -> None:
    head = (await shop.side.conversation.read(shop.place)).head
    comment = InlineComment(path="kept.py", line=1, body="About it")
    await shop.side.conversation.apply(shop.place, PostReview(head=head, comments=(comment,)))
    (thread,) = (await shop.side.conversation.read(shop.place)).threads
    shop.github.restrict(shop.installation.id, contents="read")
    with pytest.raises(Denied):
        await shop.side.conversation.apply(shop.place, ResolveThread(node=thread.node))
    shop.github.restrict(shop.installation.id, contents="write")
    shop.github.advance(hours=1)
    await shop.side.conversation.apply(shop.place, ResolveThread(node=thread.node))
    assert (await shop.side.conversation.read(shop.place)).threads[0].resolved


async def test_what_is_not_granted_is_denied_and_the_rest_goes_on(shop: Shop) -> None:
    shop.github.restrict(shop.installation.id, checks="none", security_events="none")
    head = shop.github.repository(NAME).sha("feature")
    check = PutCheck(head=head, status="queued", title="t", summary="s")
    sarif = UploadSarif(commit=head, ref="refs/pull/1/head", sarif=await shop.side.conversation.blobs.put(b"{}"))
    for operation in (check, sarif):
        with pytest.raises(Denied):
            await shop.side.conversation.apply(shop.place, operation)
    await shop.say()


async def test_code_scanning_that_is_off_is_denied(shop: Shop) -> None:
    shop.github.repository(NAME).code_scanning = False
    digest = await shop.side.conversation.blobs.put(b"{}")
    upload = UploadSarif(commit="a" * 40, ref="refs/pull/1/head", sarif=digest)
    with pytest.raises(Denied, match="not enabled"):
        await shop.side.conversation.apply(shop.place, upload)


@pytest.mark.parametrize(
    ("happens", "error"),
    [
        (lambda shop: shop.github.delete_repository(NAME), Gone),
        (lambda shop: shop.github.uninstall(shop.installation.id), Gone),
        (lambda shop: shop.github.remove_repository(shop.installation.id, NAME), Gone),
        (lambda shop: shop.github.suspend(shop.installation.id), Denied),
    ],
    ids=["repository deleted", "uninstalled", "repository removed", "suspended"],
)
@pytest.mark.parametrize("before", [False, True], ids=["no token yet", "with a token"])
async def test_what_is_taken_away(shop: Shop, happens: object, error: type[FusionError], before: bool) -> None:
    if before:
        await shop.say()
    happens(shop)  # type: ignore[operator]
    for asked in (shop.side.conversation.read(shop.place), shop.say(), shop.side.forge.fetch_change(shop.request())):
        with pytest.raises(error):
            await asked


async def test_the_change_is_read_as_the_app(shop: Shop) -> None:
    change = await shop.side.forge.fetch_change(shop.request())
    assert [file.path for file in change.files] == ["kept.py"]
    moved = shop.github.push(NAME, 1, {"more.py": "MORE = 1\n"})
    with pytest.raises(HeadMoved) as caught:
        await shop.side.forge.fetch_change(shop.request(head=change.head))
    assert caught.value.head == moved
    with pytest.raises(Gone):
        await shop.side.forge.fetch_change(shop.request(number=99))


async def test_a_fork_that_was_deleted_can_still_be_read(shop: Shop) -> None:
    number = shop.github.open_pull(NAME, head="theirs", files={"kept.py": "theirs\n"}, user="stranger", fork=True)
    shop.github.delete_fork(NAME, number)
    shop.github.delete_user("stranger")
    change = await shop.side.forge.fetch_change(shop.request(number=number))
    assert change.fork
    place = Place(repository=NAME, number=number, installation=shop.installation.id)
    pull = await shop.side.hub.pull(place)
    assert (pull.fork, pull.author.login, pull.open) == (True, "ghost", False)
    assert not (await shop.side.conversation.read(place)).open


async def test_long_conversations_are_read_whole(shop: Shop) -> None:
    github = shop.github
    for n in range(130):
        github.comment(NAME, 1, "mona", f"comment {n}")
    comments = [{"path": "kept.py", "line": 1, "body": f"thread {n}"} for n in range(60)]
    github.review(NAME, 1, "mona", comments=comments)
    first = github.threads(NAME, 1)[0].comments[0].id
    for n in range(45):
        github.reply(NAME, first, "hubot", f"reply {n}")
    before = len(github.requests)
    scene = await shop.side.conversation.read(shop.place)
    assert [comment.body for comment in scene.comments] == [f"comment {n}" for n in range(130)]
    assert [thread.comments[0].body for thread in scene.threads] == [f"thread {n}" for n in range(60)]
    assert [comment.body for comment in scene.threads[0].comments[1:]] == [f"reply {n}" for n in range(45)]
    assert len(scene.reviews) == 46
    assert scene.cut == ()
    # A token, who we are, two pages of everything, the rest of one thread, the check runs.
    assert len(github.requests) - before == 6


async def test_what_did_not_change_costs_nothing(shop: Shop) -> None:
    await shop.side.hub.pull(shop.place)
    identity = f"installation ID {shop.installation.id}"
    used = shop.github.limits.window(identity, "core", shop.github.now).used
    for _ in range(5):
        await shop.side.hub.pull(shop.place)
    assert shop.github.limits.window(identity, "core", shop.github.now).used == used
    shop.github.change(NAME, 1, "edited", draft=True)
    assert (await shop.side.hub.pull(shop.place)).draft
    base = shop.github.repository(NAME).sha("main")
    await shop.side.hub.policy(shop.place, base)
    asked = len(shop.github.requests)
    assert await shop.side.hub.policy(shop.place, base) == b"version: 1\n"
    assert len(shop.github.requests) == asked


async def test_the_primary_limit_is_waited_for() -> None:
    with FakeGitHub(limits=Limits(hourly=6)) as github:
        shop = shop_on(github)
        for _ in range(6):
            await shop.say()
        with pytest.raises(RateLimited) as caught:
            await shop.say()
        assert 3000 < caught.value.seconds <= 3602
        asked = len(github.requests)
        with pytest.raises(RateLimited):
            await shop.side.hub.pull(shop.place)
        assert len(github.requests) == asked, "nothing is asked while nothing can be had"
        github.advance(seconds=caught.value.seconds + 1)
        await shop.say()


async def test_the_secondary_limit_is_waited_for() -> None:
    with FakeGitHub(limits=Limits(content=2, retry_after=40, status=429)) as github:
        shop = shop_on(github)
        await shop.say()
        await shop.say()
        with pytest.raises(RateLimited) as caught:
            await shop.say()
        assert 38 <= caught.value.seconds <= 40
        github.advance(seconds=61)
        await shop.say()
        assert len(github.comments(NAME, 1)) == 3


@pytest.mark.parametrize("fault", [{"cut": True}, {"reset": True}, {"status": 502}, {"status": 200, "body": b'{"data": {"re'}])
async def test_broken_answers_are_outages(shop: Shop, fault: dict[str, object]) -> None:
    await shop.side.conversation.read(shop.place)
    shop.github.fail("/graphql$", **fault)  # type: ignore[arg-type]
    with pytest.raises(TransientError):
        await shop.side.conversation.read(shop.place)
    shop.github.fail("/pulls/1$", **fault)  # type: ignore[arg-type]
    with pytest.raises(TransientError):
        await shop.side.forge.fetch_change(shop.request())


async def test_people_and_roles(shop: Shop) -> None:
    shop.github.permit(NAME, "mona", "triage")
    assert await shop.side.hub.permission(shop.place, "mona") is Permission.TRIAGE
    for login in ("nobody-of-that-name", "dependabot[bot]", "../../x", "a/b?c#d"):
        assert await shop.side.hub.permission(shop.place, login) is Permission.NONE


async def test_the_app_sees_its_installations(shop: Shop) -> None:
    app = shop.side.app
    assert app is not None
    assert (await app.identity()).login == "fusion[bot]"
    assert [(one.id, one.account, one.suspended) for one in await app.installations()] == [
        (shop.installation.id, "octo", False)
    ]
    assert list(await app.repositories(shop.installation.id)) == [NAME]
    shop.github.suspend(shop.installation.id)
    assert (await app.installations())[0].suspended
    assert await app.deliveries(datetime.now(UTC) - timedelta(days=3)) == []
    with pytest.raises(Gone):
        await app.redeliver(99)


async def test_github_enterprise_server() -> None:
    with FakeGitHub(enterprise=True) as github:
        shop = shop_on(github, enterprise=True)
        await shop.say()
        assert len((await shop.side.conversation.read(shop.place)).comments) == 1


async def test_a_token_alone_can_read_and_write() -> None:
    with FakeGitHub(token="secret") as github:
        github.create(NAME, {"kept.py": "1\n"})
        github.permit(NAME, "tester", "admin")
        github.open_pull(NAME, head="feature", files={"kept.py": "2\n"}, user="mona")
        side = connect(MemoryBlobs(), api=github.url, token="secret")
        place = Place(repository=NAME, number=1)
        assert side.app is None
        await side.conversation.apply(place, CreateComment(body="Hello"))
        scene = await side.conversation.read(place)
        assert (scene.login, scene.comments[0].ours, scene.checks) == ("tester", True, ())
