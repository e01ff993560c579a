"""What people take away, rename, edit, delete and configure while the bot works, end to end on the real adapters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.fakes.github import FakeGitHub
from tests.fakes.hosted import NAME, Hosted, Meanwhile, hosted

BAD = "def run(text):\n    return eval(text)\n"
GOOD = "def run(text):\n    return text\n"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Hosted]:
    with FakeGitHub() as github:
        github.create(NAME, {"app.py": "pass\n"})
        github.permit(NAME, "mona", "write")
        async with hosted(github, tmp_path) as bot:
            yield bot


def open_pull(bot: Hosted, text: str = BAD, **fields: object) -> int:
    return bot.github.open_pull(NAME, head="feature", files={"app.py": text}, **{"user": "mona", **fields})  # type: ignore[arg-type]


def policy(bot: Hosted, text: str) -> None:
    bot.github.repository(NAME).write("main", {".fusion.yml": text}, message="Policy")


def commands(bot: Hosted, *said: str, by: str = "mona") -> None:
    for text in said:
        bot.github.comment(NAME, 1, by, text)


# --- what is taken away in the middle

MIDDLE = ["/git/trees/", "/pulls/1/reviews$", "/check-runs/"]


@pytest.mark.parametrize(
    ("what", "pattern"),
    [*(("suspended", path) for path in MIDDLE), *zip(("deleted", "uninstalled", "removed"), MIDDLE, strict=True)],
)
async def test_a_repository_that_is_out_of_reach_in_the_middle(bot: Hosted, pattern: str, what: str) -> None:
    github = bot.github
    [installation] = github.installations
    acts: dict[str, Callable[[], object]] = {
        "deleted": lambda: github.delete_repository(NAME),
        "uninstalled": lambda: github.uninstall(installation),
        "suspended": lambda: github.suspend(installation),
        "removed": lambda: github.remove_repository(installation, NAME),
    }
    github.faults.append(Meanwhile(pattern, act=acts[what]))
    open_pull(bot)
    await bot.settle()
    assert not await bot.dead(), "nothing of it needs a person"
    asked = len(github.requests)
    assert asked < 60
    if what == "suspended":
        github.suspend(installation, suspended=False)
        await bot.settle()
        assert bot.check().conclusion == "failure"
        assert bot.unfinished == []
        assert len(github.threads(NAME, 1)) == len(bot.ours()) == 1


@pytest.mark.parametrize("branch", ["feature", "main"])
@pytest.mark.parametrize("pattern", ["/git/blobs/", "/issues/1/comments$"])
async def test_a_branch_is_deleted_in_the_middle(bot: Hosted, branch: str, pattern: str) -> None:
    bot.github.faults.append(Meanwhile(pattern, act=lambda: bot.github.delete_branch(NAME, branch)))
    open_pull(bot)
    await bot.settle()
    assert bot.unfinished == []
    assert bot.check().conclusion in ("cancelled", "failure")
    assert not await bot.dead()


async def test_a_fork_and_its_author_are_deleted_in_the_middle(bot: Hosted) -> None:
    def gone() -> None:
        bot.github.delete_fork(NAME, 1)
        bot.github.delete_user("stranger")

    bot.github.faults.append(Meanwhile("/pulls/1/reviews$", act=gone))
    open_pull(bot, user="stranger", fork=True)
    await bot.settle()
    assert bot.unfinished == []
    assert not await bot.dead()


async def test_the_author_of_a_command_is_deleted(bot: Hosted) -> None:
    open_pull(bot)
    await bot.settle()
    with bot.github.held():
        commands(bot, "/fusion dismiss", "/fusion status")
    bot.github.delete_user("mona")
    bot.github.release()
    await bot.settle()
    assert bot.check().conclusion == "failure"
    assert not await bot.dead()


async def test_a_renamed_repository_goes_on_under_its_new_name(bot: Hosted) -> None:
    github = bot.github
    new = "octo/market"

    def renamed() -> None:
        with github.lock:
            where = github.repositories.pop(NAME)
            where.name = new
            github.repositories[new] = where
            for installation in github.installations.values():
                installation.repositories = {new}

    github.faults.append(Meanwhile("/pulls/1/reviews$", act=renamed))
    open_pull(bot)
    await bot.settle()
    github.advance(seconds=5)
    github.push(new, 1, {"app.py": GOOD}, user="mona")
    await bot.settle()
    assert bot.check(name=new).conclusion == "success"
    assert bot.unfinished == []
    assert len(bot.ours(name=new)) == 1
    assert not await bot.dead()


# --- comments


async def test_a_command_that_is_edited_or_deleted_before_it_is_read(bot: Hosted) -> None:
    open_pull(bot)
    await bot.settle()
    github = bot.github
    with github.held():
        edited = github.comment(NAME, 1, "mona", "/fusion status")
        github.edit_comment(NAME, edited, "mona", "/fusion pause")
        deleted = github.comment(NAME, 1, "mona", "/fusion help")
        github.delete_comment(NAME, deleted, "mona")
    github.release()
    await bot.settle()
    status, told = sorted(body for body in bot.ours() if "### Fusion" not in body)
    assert "Last verdict" in status, "what was said first counts, and an edit gives no command"
    assert "paused" not in status
    assert "/fusion pause" in told
    assert not await bot.dead()


async def test_what_people_edit_or_delete_of_ours_is_mended_once_or_left_alone(bot: Hosted) -> None:
    open_pull(bot)
    await bot.settle()
    github = bot.github
    [thread], [summary] = github.threads(NAME, 1), github.comments(NAME, 1)
    github.edit_comment(NAME, thread.comments[0].id, "mona", "Nothing to see here.")
    github.edit_comment(NAME, summary.id, "mona", "### Fusion: pass\n\nAll is well.")
    commands(bot, "/fusion review")
    await bot.settle()
    assert [body for body in bot.ours() if "All is well" in body] == []
    assert len(github.threads(NAME, 1)) == 1
    assert bot.check().conclusion == "failure"
    github.delete_comment(NAME, thread.comments[0].id, "mona")
    github.delete_comment(NAME, summary.id, "mona")
    commands(bot, "/fusion review")
    await bot.settle()
    assert (github.threads(NAME, 1), bot.ours()) == ([], [])
    assert bot.check().conclusion == "failure", "a deleted comment dismisses nothing"


async def test_a_comment_of_ours_is_deleted_in_the_middle_of_publishing(bot: Hosted) -> None:
    open_pull(bot, BAD + "\n\ndef more(text):\n    return eval(text * 2)\n")
    await bot.settle()
    github = bot.github
    first, _ = github.threads(NAME, 1)
    [summary] = github.comments(NAME, 1)
    github.faults.append(Meanwhile("/replies$", act=lambda: github.delete_comment(NAME, first.comments[0].id, "mona")))
    github.faults.append(Meanwhile(f"/comments/{summary.id}$", act=lambda: github.delete_comment(NAME, summary.id, "mona")))
    github.advance(seconds=5)
    github.push(NAME, 1, {"app.py": GOOD}, user="mona")
    await bot.settle()
    assert bot.check().conclusion == "success"
    assert [thread.resolved for thread in github.threads(NAME, 1)] == [True]
    assert bot.unfinished == []


async def test_another_bot_or_a_stranger_decides_nothing(bot: Hosted) -> None:
    open_pull(bot)
    await bot.settle()
    github = bot.github
    [thread] = github.threads(NAME, 1)
    github.permit(NAME, "other[bot]", "write")
    github.resolve(NAME, thread.comments[0].id, "stranger")
    github.reply(NAME, thread.comments[0].id, "other[bot]", "won't fix")
    github.reply(NAME, thread.comments[0].id, "stranger", "false positive")
    github.react(NAME, thread.comments[0].id, "stranger", "-1")
    github.comment(NAME, 1, "other[bot]", "/fusion dismiss")
    commands(bot, "/fusion review")
    await bot.settle()
    assert bot.check().conclusion == "failure"


# --- what is configured


async def test_a_policy_that_does_not_validate_says_where_and_what(bot: Hosted) -> None:
    policy(bot, "version: 1\npulls:\n  drafts: [unclosed\n")
    open_pull(bot)
    await bot.settle()
    check = bot.check()
    assert check.conclusion == "action_required"
    assert ".fusion.yml" in check.output["summary"]
    assert "line" in check.output["summary"]
    policy(bot, "version: 1\n")
    commands(bot, "/fusion review")
    await bot.settle()
    assert bot.check().conclusion == "failure"
    assert len(bot.ours()) == 1


async def test_drafts_labels_and_forks(bot: Hosted) -> None:
    policy(bot, "version: 1\npulls:\n  drafts: false\n  skip_labels: [wip]\n  forks: ask\n")
    github = bot.github
    open_pull(bot, draft=True)
    await bot.settle()
    assert github.checks(NAME, 1) == []
    github.advance(seconds=5)
    github.ready(NAME, 1, user="mona")
    await bot.settle()
    assert bot.check().conclusion == "failure"
    labelled = github.open_pull(NAME, head="other", files={"b.py": BAD}, user="mona", labels=["WIP"])
    await bot.settle()
    assert bot.check(labelled).conclusion == "neutral"
    assert "wip" in bot.check(labelled).output["summary"]
    github.advance(seconds=5)
    github.label(NAME, labelled, "WIP", user="mona", remove=True)
    await bot.settle()
    assert bot.check(labelled).conclusion == "failure"
    fork = github.open_pull(NAME, head="theirs", files={"c.py": BAD}, user="stranger", fork=True)
    await bot.settle()
    assert bot.check(fork).conclusion == "action_required"
    github.comment(NAME, fork, "stranger", "/fusion review")
    await bot.settle()
    assert bot.check(fork).conclusion == "action_required", "who may not write gives no command"
    github.comment(NAME, fork, "mona", "/fusion review")
    await bot.settle()
    assert bot.check(fork).conclusion == "failure"
    assert bot.unfinished == []


async def test_the_check_is_run_again_from_its_button(bot: Hosted) -> None:
    open_pull(bot)
    await bot.settle()
    before = len(bot.github.requests)
    for suite in (False, True):
        bot.github.rerequest(NAME, bot.check().id, user="mona", suite=suite)
        await bot.settle()
    assert len(bot.github.requests) > before + 10
    assert bot.check().conclusion == "failure"
    assert len(bot.github.threads(NAME, 1)) == len(bot.ours()) == 1


async def test_a_merge_queue_gets_its_members_verdict_and_never_waits_for_ever(bot: Hosted) -> None:
    github = bot.github
    open_pull(bot)
    clean = github.open_pull(NAME, head="clean", files={"b.py": GOOD}, user="mona")
    await bot.settle()
    for numbers, conclusion in (([clean], "success"), ([clean, 1], "failure")):
        head = github.merge_group(NAME, numbers)
        await bot.settle()
        [check] = github.checks(NAME, head)
        assert (check.status, check.conclusion) == ("completed", conclusion)
    unseen = github.open_pull(NAME, head="unseen", files={"c.py": GOOD}, user="mona")
    fault = github.fail("/git/trees/", 502, times=1000)
    head = github.merge_group(NAME, [unseen])
    await bot.settle()
    fault.times = 0
    [check] = github.checks(NAME, head)
    assert (check.status, check.conclusion) == ("completed", "action_required")
    assert bot.unfinished == []


async def test_of_pull_requests_with_one_head_the_worst_result_stands(bot: Hosted) -> None:
    """GitHub has one check of a name for a commit: a second pull request must not turn the first one's failure green."""
    github = bot.github
    policy(bot, "version: 1\npulls:\n  branches: [main, release]\n")
    where = github.repository(NAME)
    where.move("docs", where.sha("main"))
    open_pull(bot)
    await bot.settle()
    assert bot.check().conclusion == "failure"
    where.move("release", where.sha("feature"))
    where.write("release", {"other.py": "x = 1\n"}, message="Release")
    left_out = github.open_pull(NAME, head="feature", base="docs", user="stranger")
    merged_already = github.open_pull(NAME, head="feature", base="release", user="stranger")
    await bot.settle()
    for number in (1, left_out, merged_already):
        assert (bot.check(number).id, bot.check(number).conclusion) == (bot.check().id, "failure")
    assert "#1" in bot.check().output["title"]
    [thread] = github.threads(NAME, 1)
    github.reply(NAME, thread.comments[0].id, "mona", "/fusion dismiss")
    await bot.settle()
    assert bot.check().conclusion == "success"
    github.reply(NAME, thread.comments[0].id, "mona", "/fusion reopen")
    await bot.settle()
    assert bot.check().conclusion == "failure"
    github.advance(seconds=5)
    github.close(NAME, 1, user="mona")
    github.comment(NAME, merged_already, "mona", "/fusion review")
    await bot.settle()
    assert bot.check(merged_already).conclusion == "neutral"
    assert bot.unfinished == []
