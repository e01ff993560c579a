"""What every Conversation and Hub promises: the one in memory, and GitHub's over HTTP against a fake GitHub."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pytest

from fusion.adapters.github import connect
from fusion.adapters.memory.conversation import MemoryConversation
from fusion.adapters.memory.records import MemoryBlobs
from fusion.errors import Gone, PermanentError, TransientError, Unplaced
from fusion.model import (
    CreateComment,
    DismissReview,
    EditComment,
    InlineComment,
    Minimise,
    Operation,
    PostReview,
    PutCheck,
    React,
    Reply,
    ResolveThread,
    Said,
    Scene,
    Side,
    Thread,
    UploadSarif,
)
from fusion.ports import Conversation, Hub, Permission, Place
from tests.fakes.app_keys import pair
from tests.fakes.github import FakeGitHub

NAME = "octo/shop"
OLD = "".join(f"line {n}\n" for n in range(1, 41))
NEW = OLD.replace("line 5\n", "line five\n").replace("line 30\n", "line thirty\n")
SARIF = b'{"version": "2.1.0", "runs": []}'


class Stage(Protocol):
    """A pull request 1 of mona's that changes lines 5 and 30 of kept.py, and what people do there."""

    place: Place
    blobs: MemoryBlobs

    @property
    def conversation(self) -> Conversation: ...
    @property
    def hub(self) -> Hub: ...
    def base(self) -> str: ...
    def push(self) -> str: ...
    def say(self, login: str, body: str) -> int: ...
    def answer(self, thread: Thread, login: str, body: str) -> None: ...
    def resolve(self, thread: Thread, login: str) -> None: ...
    def react(self, id: int, login: str, content: str) -> None: ...
    def close(self) -> None: ...
    def grant(self, login: str, permission: Permission) -> None: ...
    def lose_answer(self, operation: str) -> None: ...
    def group(self) -> tuple[str, str]: ...
    def written(self, branch: str) -> tuple[str, bytes, str]:
        """Parent, `kept.py` and message of the commit on a branch."""
        ...


class InMemory:
    def __init__(self) -> None:
        self.blobs = MemoryBlobs()
        self.forge = MemoryConversation()
        self.conversation = self.hub = self.forge
        self.place = Place(repository=NAME, number=1, installation=5)
        self.forge.open_pull(NAME, 1, head="1" * 40)
        near = [*range(2, 9), *range(27, 34)]
        self.forge.kept(NAME, 1).lines = {("kept.py", line, side) for line in near for side in Side}
        self.forge.policies[NAME, self.base()] = b"version: 1\n"

    def base(self) -> str:
        return "b" * 40

    def push(self) -> str:
        return self.forge.push(NAME, 1, "2" * 40).head

    def say(self, login: str, body: str) -> int:
        return self.forge.say(NAME, 1, login, body).id

    def answer(self, thread: Thread, login: str, body: str) -> None:
        self.forge.answer(NAME, 1, thread.node, login, body)

    def resolve(self, thread: Thread, login: str) -> None:
        self.forge.resolve(NAME, 1, thread.node, login)

    def react(self, id: int, login: str, content: str) -> None:
        self.forge.react(NAME, 1, id, login, content)

    def close(self) -> None:
        self.forge.close(NAME, 1)

    def grant(self, login: str, permission: Permission) -> None:
        self.forge.grant(NAME, login, permission)

    def lose_answer(self, operation: str) -> None:
        self.forge.fail(TransientError("The connection broke."), on=operation, late=True)

    def group(self) -> tuple[str, str]:
        self.forge.groups[NAME, "3" * 40] = (1, 2)
        return "3" * 40, "refs/heads/gh-readonly-queue/main/pr-2-" + "b" * 40

    def written(self, branch: str) -> tuple[str, bytes, str]:
        made = self.forge.branches[NAME, branch]
        return made.parent, made.files["kept.py"], made.message


PATHS = {
    "create_comment": r"/issues/1/comments$",
    "post_review": r"/pulls/1/reviews$",
    "put_check": r"/check-runs$",
    "commit": r"/git/refs$",
}


class OnGitHub:
    def __init__(self, github: FakeGitHub) -> None:
        self.github = github
        self.blobs = MemoryBlobs()
        private, public = pair()
        app = github.app(
            public_key=public,
            permissions={
                "metadata": "read",
                "contents": "write",
                "pull_requests": "write",
                "issues": "write",
                "checks": "write",
                "security_events": "write",
            },
        )
        self.installation = github.install(NAME)
        self.github.open_pull(NAME, head="feature", files={"kept.py": NEW}, user="mona")
        self.github.open_pull(NAME, head="other", files={"other.py": "O = 1\n"}, user="mona")
        self.side = connect(self.blobs, api=github.url, app=app.id, key=private)
        self.conversation, self.hub = self.side.conversation, self.side.hub
        self.place = Place(repository=NAME, number=1, installation=self.installation.id)

    def base(self) -> str:
        return self.github.repository(NAME).sha("main")

    def push(self) -> str:
        return self.github.push(NAME, 1, {"more.py": "MORE = 1\n"}, user="mona")

    def say(self, login: str, body: str) -> int:
        return self.github.comment(NAME, 1, login, body)

    def answer(self, thread: Thread, login: str, body: str) -> None:
        self.github.reply(NAME, thread.node, login, body)

    def resolve(self, thread: Thread, login: str) -> None:
        self.github.resolve(NAME, thread.node, login)

    def react(self, id: int, login: str, content: str) -> None:
        self.github.react(NAME, id, login, content)

    def close(self) -> None:
        self.github.close(NAME, 1)

    def grant(self, login: str, permission: Permission) -> None:
        self.github.permit(NAME, login, permission.value)

    def lose_answer(self, operation: str) -> None:
        self.github.fail(PATHS[operation], method="POST", lost=True)

    def group(self) -> tuple[str, str]:
        base = self.base()
        return self.github.merge_group(NAME, [1, 2]), f"refs/heads/gh-readonly-queue/main/pr-2-{base}"

    def written(self, branch: str) -> tuple[str, bytes, str]:
        repository = self.github.repository(NAME)
        commit = repository.commit(repository.sha(f"refs/heads/{branch}"))
        [parent] = commit["parents"]
        assert {entry["path"] for entry in repository.tree(commit["tree"])} == {"kept.py", ".fusion.yml"}
        return parent, repository.blob(f"{commit['sha']}:kept.py"), commit["message"]


@pytest.fixture(params=["memory", "github"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    if request.param == "memory":
        yield InMemory()
        return
    with FakeGitHub() as github:
        github.create(NAME, {"kept.py": OLD, ".fusion.yml": "version: 1\n"})
        yield OnGitHub(github)


async def read(stage: Stage) -> Scene:
    return await stage.conversation.read(stage.place)


async def review(stage: Stage, *lines: int, event: str = "COMMENT", body: str = "Two findings.") -> str:
    scene = await read(stage)
    comments = tuple(InlineComment(path="kept.py", line=line, body=f"about {line}") for line in lines)
    operation = PostReview.model_validate({"head": scene.head, "event": event, "body": body, "comments": comments})
    return await stage.conversation.apply(stage.place, operation)


def only(items: tuple[Said, ...]) -> Said:
    assert len(items) == 1
    return items[0]


async def test_the_pull_request_as_it_is(stage: Stage) -> None:
    scene = await read(stage)
    assert (scene.repository, scene.number, scene.login) == (NAME, 1, "fusion[bot]")
    assert (scene.open, scene.merged, scene.draft, scene.locked) == (True, False, False, False)
    assert (scene.threads, scene.comments, scene.reviews, scene.checks, scene.cut) == ((), (), (), (), ())
    assert scene.base == stage.base()
    head = stage.push()
    assert (await read(stage)).head == head != scene.head
    stage.close()
    assert not (await read(stage)).open


async def test_a_review_with_its_comments(stage: Stage) -> None:
    id = await review(stage, 5, 30)
    scene = await read(stage)
    posted = next(one for one in scene.reviews if str(one.id) == id)
    assert (posted.ours, posted.state, posted.body, posted.commit) == (True, "COMMENTED", "Two findings.", scene.head)
    assert [(thread.path, thread.line, thread.resolved, thread.outdated) for thread in scene.threads] == [
        ("kept.py", 5, False, False),
        ("kept.py", 30, False, False),
    ]
    first = only(scene.threads[0].comments)
    assert (first.ours, first.body, first.author.login, first.author.bot) == (True, "about 5", "fusion[bot]", True)


async def test_what_people_say_is_not_ours(stage: Stage) -> None:
    await review(stage, 5)
    ours = (await read(stage)).threads[0]
    stage.answer(ours, "mona", "won't fix")
    stage.resolve(ours, "mona")
    stage.react(ours.comments[0].id, "mona", "-1")
    stage.react(ours.comments[0].id, "hubot", "-1")
    said = stage.say("mallory", "about 5")
    scene = await read(stage)
    thread = scene.threads[0]
    assert (thread.resolved, thread.resolved_by) == (True, "mona")
    assert [(comment.author.login, comment.ours, comment.body) for comment in thread.comments] == [
        ("fusion[bot]", True, "about 5"),
        ("mona", False, "won't fix"),
    ]
    assert set(thread.comments[0].reactions.by["-1"]) == {"mona", "hubot"}
    comment = only(scene.comments)
    assert (comment.id, comment.author.login, comment.author.bot, comment.ours) == (said, "mallory", False, False)
    assert comment.created is not None


async def test_threads_are_answered_resolved_and_opened_again(stage: Stage) -> None:
    await review(stage, 5)
    thread = (await read(stage)).threads[0]
    await stage.conversation.apply(stage.place, Reply(to=thread.comments[0].id, body="Fixed in 1a2b3c4."))
    for _ in range(2):
        assert await stage.conversation.apply(stage.place, ResolveThread(node=thread.node)) == thread.node
    after = (await read(stage)).threads[0]
    assert (after.resolved, after.resolved_by.removesuffix("[bot]")) == (True, "fusion")
    assert [comment.body for comment in after.comments] == ["about 5", "Fixed in 1a2b3c4."]
    await stage.conversation.apply(stage.place, ResolveThread(node=thread.node, resolved=False))
    assert not (await read(stage)).threads[0].resolved


async def test_comments_are_edited_folded_and_reacted_to(stage: Stage) -> None:
    id = int(await stage.conversation.apply(stage.place, CreateComment(body="Summary")))
    await review(stage, 5)
    line = (await read(stage)).threads[0].comments[0]
    theirs = stage.say("mona", "/fusion review")
    operations: tuple[Operation, ...] = (
        EditComment(id=id, body="Summary, again"),
        EditComment(where="review", id=line.id, body="about line 5"),
        React(where="issue", id=theirs, content="eyes"),
        React(where="issue", id=theirs, content="eyes"),
        React(where="review", id=line.id, content="+1"),
        Minimise(node=line.node, classifier="RESOLVED"),
    )
    for operation in operations:
        await stage.conversation.apply(stage.place, operation)
    scene = await read(stage)
    assert [comment.body for comment in scene.comments] == ["Summary, again", "/fusion review"]
    comment = scene.threads[0].comments[0]
    assert (comment.body, comment.minimised) == ("about line 5", True)
    posted = next(one for one in scene.reviews if one.body)
    await stage.conversation.apply(stage.place, Minimise(node=posted.node))
    assert next(one for one in (await read(stage)).reviews if one.id == posted.id).minimised


async def test_a_request_for_changes_is_taken_back(stage: Stage) -> None:
    id = int(await review(stage, event="REQUEST_CHANGES"))
    assert (await read(stage)).reviews[0].state == "CHANGES_REQUESTED"
    await stage.conversation.apply(stage.place, DismissReview(id=id, message="Fixed."))
    assert (await read(stage)).reviews[0].state == "DISMISSED"
    with pytest.raises(PermanentError):
        await stage.conversation.apply(stage.place, DismissReview(id=id, message="Fixed."))


async def test_a_check_run_and_its_many_annotations(stage: Stage) -> None:
    head = (await read(stage)).head
    begun = PutCheck(head=head, status="in_progress", title="At work", summary="...", external_id="run-1")
    id = int(await stage.conversation.apply(stage.place, begun))
    annotations = tuple(
        {"path": "kept.py", "start_line": 5, "end_line": 5, "annotation_level": "warning", "message": f"number {n}"}
        for n in range(120)
    )
    done = begun.model_copy(
        update={"id": id, "status": "completed", "conclusion": "failure", "title": "Blocks", "annotations": annotations}
    )
    assert await stage.conversation.apply(stage.place, done) == str(id)
    (check,) = (await read(stage)).checks
    assert (check.id, check.head, check.external_id, check.title) == (id, head, "run-1", "Blocks")
    assert (check.status, check.conclusion, check.annotations) == ("completed", "failure", 120)
    stage.push()
    assert (await read(stage)).checks == ()


async def test_sarif_is_uploaded(stage: Stage) -> None:
    head = (await read(stage)).head
    upload = UploadSarif(commit=head, ref="refs/pull/1/head", sarif=await stage.blobs.put(SARIF))
    assert await stage.conversation.apply(stage.place, upload)


async def test_a_place_that_is_not_in_the_diff_is_told_apart(stage: Stage) -> None:
    for lines in ((15,), (5, 15)):
        with pytest.raises(Unplaced):
            await review(stage, *lines)
    with pytest.raises(Unplaced):
        await stage.conversation.apply(stage.place, PostReview(head="f" * 40, body="x"))
    scene = await read(stage)
    assert (scene.threads, scene.reviews) == ((), ())


async def test_what_is_not_there_is_gone(stage: Stage) -> None:
    await review(stage, 5)
    operations: tuple[Operation, ...] = (
        EditComment(id=99, body="x"),
        EditComment(where="review", id=99, body="x"),
        Reply(to=99, body="x"),
        ResolveThread(node="PRRT_kwDO99"),
        Minimise(node="IC_kwDO99"),
        DismissReview(id=99, message="x"),
    )
    for operation in operations:
        with pytest.raises(Gone):
            await stage.conversation.apply(stage.place, operation)
    with pytest.raises(Gone):
        await stage.conversation.read(Place(repository=NAME, number=99, installation=stage.place.installation))
    with pytest.raises(Gone):
        await stage.hub.pull(Place(repository=NAME, number=99, installation=stage.place.installation))


async def test_texts_that_are_too_long_or_empty_are_refused(stage: Stage) -> None:
    for body in ("x" * 65_537, "", " \n"):
        with pytest.raises(PermanentError) as caught:
            await stage.conversation.apply(stage.place, CreateComment(body=body))
        assert not isinstance(caught.value, (Gone, Unplaced))
    await stage.conversation.apply(stage.place, CreateComment(body="ä" * 65_536))
    assert len((await read(stage)).comments) == 1


@pytest.mark.parametrize("kind", ["create_comment", "post_review", "put_check"])
async def test_an_answer_that_is_lost_leaves_the_deed(stage: Stage, kind: str) -> None:
    head = (await read(stage)).head
    operations: dict[str, Operation] = {
        "create_comment": CreateComment(body="Once"),
        "post_review": PostReview(head=head, body="Once"),
        "put_check": PutCheck(head=head, status="queued", title="Once", summary="Once"),
    }
    stage.lose_answer(kind)
    with pytest.raises(TransientError):
        await stage.conversation.apply(stage.place, operations[kind])
    scene = await read(stage)
    assert len(scene.comments) + len(scene.reviews) + len(scene.checks) == 1


async def test_the_hub_knows_pull_requests(stage: Stage) -> None:
    pull = await stage.hub.pull(stage.place)
    scene = await read(stage)
    assert (pull.repository, pull.number, pull.head, pull.base) == (NAME, 1, scene.head, scene.base)
    assert (pull.author.login, pull.base_ref, pull.head_ref, pull.default_branch) == ("mona", "main", "feature", "main")
    assert (pull.installation or stage.place.installation, pull.open, pull.fork) == (stage.place.installation, True, False)
    assert pull.updated is not None
    repository = Place(repository=NAME, installation=stage.place.installation)
    assert 1 in {one.number for one in await stage.hub.open_pulls(repository)}
    stage.close()
    assert 1 not in {one.number for one in await stage.hub.open_pulls(repository)}
    assert not (await stage.hub.pull(stage.place)).open


async def test_the_hub_knows_policies_people_and_groups(stage: Stage) -> None:
    assert await stage.hub.policy(stage.place, stage.base()) == b"version: 1\n"
    stage.grant("mona", Permission.MAINTAIN)
    assert await stage.hub.permission(stage.place, "mona") is Permission.MAINTAIN
    stage.grant("mona", Permission.NONE)
    assert await stage.hub.permission(stage.place, "mona") is Permission.NONE
    base = stage.base()
    head, ref = stage.group()
    assert list(await stage.hub.members(stage.place, base=base, head=head, head_ref=ref)) == [1, 2]


async def test_a_patch_is_committed_once_on_a_branch_of_its_own(stage: Stage) -> None:
    head = (await read(stage)).head
    patch: dict[str, bytes] = {"kept.py": b"mended \xff\n"}
    one = await stage.hub.commit(stage.place, branch="fusion/fix-1", parent=head, files=patch, message="Mend it")
    assert one == "fusion/fix-1"
    assert stage.written(one) == (head, b"mended \xff\n", "Mend it")
    again = await stage.hub.commit(stage.place, branch="fusion/fix-1", parent=head, files=patch, message="Mend it")
    other = await stage.hub.commit(stage.place, branch="fusion/fix-1", parent=head, files={"kept.py": b"x"}, message="m")
    assert (again, other) == ("fusion/fix-1", "fusion/fix-1-2")
    assert stage.written(one)[1] == b"mended \xff\n", "what stands there is never moved"
    assert stage.written(other)[1] == b"x"


async def test_a_commit_whose_answer_is_lost_is_found_again(stage: Stage) -> None:
    head = (await read(stage)).head
    stage.lose_answer("commit")
    with pytest.raises(TransientError):
        await stage.hub.commit(stage.place, branch="fusion/fix-1", parent=head, files={"kept.py": b"x"}, message="m")
    made = await stage.hub.commit(stage.place, branch="fusion/fix-1", parent=head, files={"kept.py": b"x"}, message="m")
    assert made == "fusion/fix-1"


@pytest.mark.parametrize(
    "branch", ["main", "feature", "fusion/", "fusion/../main", "fusion/a/b", "refs/heads/fusion/a", "fusion/a.lock"]
)
async def test_only_branches_of_ours_are_written(stage: Stage, branch: str) -> None:
    head = (await read(stage)).head
    with pytest.raises(PermanentError):
        await stage.hub.commit(stage.place, branch=branch, parent=head, files={"kept.py": b"x"}, message="m")


async def test_nothing_is_committed_upon_what_is_not_there(stage: Stage) -> None:
    with pytest.raises(Gone):
        await stage.hub.commit(stage.place, branch="fusion/a", parent="f" * 40, files={"kept.py": b"x"}, message="m")
