"""What every Issues promises: those in memory, and GitHub's over HTTP against a fake GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pytest

from fusion.adapters.github import connect
from fusion.adapters.memory.issues import MemoryIssues
from fusion.adapters.memory.records import MemoryBlobs
from fusion.errors import Denied, Gone, PermanentError, TransientError
from fusion.ports import Place
from fusion.ports.compliance import Issue, Issues
from tests.fakes.app_keys import pair
from tests.fakes.github import FakeGitHub

NAME = "octo/shop"
MARK = "<!-- fusion:v1 issue branch-protection " + "a" * 32 + " -->"
OTHER = "<!-- fusion:v1 issue licence " + "b" * 32 + " -->"
LABEL = "fusion-compliance"


class Stage(Protocol):
    """A repository without issues."""

    place: Place

    @property
    def issues(self) -> Issues: ...
    def people_open(self, login: str, title: str, body: str, labels: list[str]) -> int: ...
    def turn(self, number: int, login: str, state: str) -> None: ...
    def label(self, number: int, name: str) -> None: ...
    def comments(self, number: int) -> list[str]: ...
    def lose_answer(self, on: str) -> None: ...


class InMemory:
    def __init__(self) -> None:
        self.issues = MemoryIssues()
        self.issues.add(NAME)
        self.place = Place(repository=NAME)

    def people_open(self, login: str, title: str, body: str, labels: list[str]) -> int:
        return self.issues.people_open(NAME, login, title, body, labels)

    def turn(self, number: int, login: str, state: str) -> None:
        self.issues.turn(NAME, number, login, state=state)

    def label(self, number: int, name: str) -> None:
        self.issues.written(NAME, number).labels.append(name)

    def comments(self, number: int) -> list[str]:
        return [text for _, text in self.issues.written(NAME, number).comments]

    def lose_answer(self, on: str) -> None:
        self.issues.fail(TransientError("The connection broke."), late=True)


PATHS = {"open": ("POST", r"/issues$"), "comment": ("POST", r"/issues/\d+/comments$")}


class OnGitHub:
    def __init__(self, github: FakeGitHub) -> None:
        self.github = github
        private, public = pair()
        app = github.app(public_key=public)
        self.installation = github.install(NAME)
        self.place = Place(repository=NAME, installation=self.installation.id)
        self.issues = connect(MemoryBlobs(), api=github.url, app=app.id, key=private).issues

    def people_open(self, login: str, title: str, body: str, labels: list[str]) -> int:
        return self.github.open_issue(NAME, login, title, body, labels)

    def turn(self, number: int, login: str, state: str) -> None:
        self.github.turn_issue(NAME, number, login, state=state)

    def label(self, number: int, name: str) -> None:
        self.github.repository(NAME).issues[number].labels.append(name)

    def comments(self, number: int) -> list[str]:
        return [comment.body for comment in self.github.repository(NAME).issues[number].comments.values()]

    def lose_answer(self, on: str) -> None:
        method, path = PATHS[on]
        self.github.fail(path, method=method, lost=True)


@pytest.fixture(params=["memory", "github"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    if request.param == "memory":
        yield InMemory()
        return
    with FakeGitHub() as github:
        github.create(NAME)
        yield OnGitHub(github)


async def opened(stage: Stage, mark: str = MARK) -> int:
    return await stage.issues.open(stage.place, title="Protect main", body=f"Do it.\n\n{mark}", labels=["fusion-high"])


async def test_what_was_opened_is_ours_with_its_mark_and_labels(stage: Stage) -> None:
    number = await opened(stage)
    assert list(await stage.issues.ours(stage.place)) == [
        Issue(
            number=number,
            title="Protect main",
            body=f"Do it.\n\n{MARK}",
            state="open",
            closed_by_us=False,
            labels=(LABEL, "fusion-high"),
            marker=MARK,
        )
    ]


async def test_what_people_opened_is_not_ours_even_with_label_and_mark(stage: Stage) -> None:
    stage.people_open("mallory", "Protect main", f"Copied.\n\n{MARK}", [LABEL])
    assert list(await stage.issues.ours(stage.place)) == []
    await opened(stage)
    assert len(await stage.issues.ours(stage.place)) == 1


async def test_opening_twice_is_opening_once_and_writing_anew(stage: Stage) -> None:
    number = await opened(stage)
    body = f"Do it now.\n\n{MARK}"
    assert await stage.issues.open(stage.place, title="Protect it", body=body, labels=[]) == number
    assert await opened(stage, OTHER) != number
    first = next(one for one in await stage.issues.ours(stage.place) if one.number == number)
    assert (first.title, first.body, first.labels) == ("Protect it", body, (LABEL,))


async def test_after_a_lost_answer_opening_again_makes_no_second_one(stage: Stage) -> None:
    stage.lose_answer("open")
    with pytest.raises(TransientError):
        await opened(stage)
    await opened(stage)
    assert len(await stage.issues.ours(stage.place)) == 1


async def test_labels_of_people_stay_and_ours_go_when_they_no_longer_hold(stage: Stage) -> None:
    number = await opened(stage)
    stage.label(number, "team-red")
    await stage.issues.update(stage.place, number, title="Protect main", body=MARK, labels=["fusion-low"])
    [one] = await stage.issues.ours(stage.place)
    assert set(one.labels) == {LABEL, "fusion-low", "team-red"}
    assert one.body == MARK


async def test_closing_says_why_once_however_often_it_is_done(stage: Stage) -> None:
    number = await opened(stage)
    for _ in range(2):
        await stage.issues.close(stage.place, number, comment="It is mended.")
    [one] = await stage.issues.ours(stage.place)
    assert (one.state, one.closed_by_us) == ("closed", True)
    assert stage.comments(number) == ["It is mended."]


async def test_after_a_lost_comment_closing_again_does_not_repeat_it(stage: Stage) -> None:
    number = await opened(stage)
    stage.lose_answer("comment")
    with pytest.raises(TransientError):
        await stage.issues.close(stage.place, number, comment="It is mended.")
    await stage.issues.close(stage.place, number, comment="It is mended.")
    assert stage.comments(number) == ["It is mended."]
    assert (await stage.issues.ours(stage.place))[0].state == "closed"


async def test_one_that_people_closed_is_told_from_one_that_we_did_and_opens_again(stage: Stage) -> None:
    number = await opened(stage)
    stage.turn(number, "mona", "closed")
    assert not (await stage.issues.ours(stage.place))[0].closed_by_us
    await stage.issues.reopen(stage.place, number, comment="It is back.")
    [one] = await stage.issues.ours(stage.place)
    assert (one.state, one.closed_by_us) == ("open", False)
    assert stage.comments(number) == ["It is back."]


async def test_a_repository_or_issue_that_is_not_there_is_gone(stage: Stage) -> None:
    with pytest.raises(Gone):
        await stage.issues.ours(Place(repository="octo/none", installation=stage.place.installation))
    with pytest.raises(Gone):
        await stage.issues.close(stage.place, 99, comment="It is mended.")


async def test_where_issues_are_switched_off_or_nothing_can_be_written_that_is_said() -> None:
    with FakeGitHub() as github:
        github.create(NAME)
        stage = OnGitHub(github)
        number = await opened(stage)
        github.archive(NAME)
        with pytest.raises(Denied, match="archived"):
            await stage.issues.update(stage.place, number, title="Other", body=MARK, labels=[])
        github.archive(NAME, archived=False)
        github.settings(NAME).issues = False
        with pytest.raises(Denied, match="switched off"):
            await stage.issues.ours(stage.place)


async def test_a_person_and_a_workflow_keep_issues_with_their_own_token() -> None:
    with FakeGitHub() as github:
        github.create(NAME)
        github.permit(NAME, "mona", "write")
        place = Place(repository=NAME)
        issues = connect(MemoryBlobs(), api=github.url, token=github.sign_in("mona")).issues
        number = await issues.open(place, title="Protect main", body=MARK, labels=[])
        await issues.close(place, number, comment="It is mended.")
        [one] = await issues.ours(place)
        assert (one.number, one.closed_by_us) == (number, True)
        other = connect(MemoryBlobs(), api=github.url, token=github.sign_in("hubot")).issues
        assert list(await other.ours(place)) == []
        with pytest.raises(Denied, match="may not push to octo/shop"):
            await other.open(place, title="Protect main", body=OTHER, labels=[])
        await issues.open(place, title="Label it", body=OTHER, labels=[])
        with pytest.raises(PermanentError, match=r"Issue #2 tells it already.* let one account alone"):
            await other.open(place, title="Label it", body=OTHER, labels=[])
        assert len(github.repository(NAME).issues) == 2


async def test_odd_lists_of_issues_are_refused_and_never_a_crash() -> None:
    with FakeGitHub() as github:
        github.create(NAME)
        stage = OnGitHub(github)
        await opened(stage)
        for body in (
            b"{}",
            b"[null]",
            b'[{"user": 1}]',
            b'[{"labels": "x", "user": {"login": "fusion[bot]"}}]',
            b"[[" * 50_000,
        ):
            github.fail(r"/issues$", 200, body=body)
            with pytest.raises(PermanentError):
                await stage.issues.ours(stage.place)
