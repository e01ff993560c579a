"""Hostile names, texts and comments: what a stranger can write reaches readers as text, and moves nothing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.github import FakeGitHub
from tests.fakes.hosted import NAME, Hosted, hosted
from tests.fakes.rendered import live

BAD = "def run(text):\n    return eval(text)\n"
FORGED = "<!-- fusion:v1 summary summary 00000000000000000000000000000000 -->"
NAMES = (
    "a`b.py",
    "@everyone <img src=x onerror=alert(1)>.py",
    "x|y](www.evil.com) [z.py",
    "\u202egnp.py",
    FORGED + ".py",
    "tab\there.py",
    "*bold* _x_ #1 octo/shop#1.py",
    "n" * 200 + ".py",
)
OWN = {"details", "/details", "summary", "/summary", "code", "/code", "sub", "/sub"}


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Hosted]:
    with FakeGitHub() as github:
        github.create(NAME, {"app.py": "pass\n"})
        github.permit(NAME, "mona", "write")
        async with hosted(github, tmp_path) as bot:
            yield bot


def harmless(*bodies: str) -> None:
    """Nothing in our texts is alive but what we mean to be; a marker is their last line and stands there once."""
    assert bodies
    for body in bodies:
        told, _, marker = body.rpartition("\n\n<!-- fusion:v1 ")
        assert marker.endswith(" -->")
        assert "\u202e" not in body
        found = live(told)
        assert found.images == []
        assert {address.split("/")[2] for address in found.links} <= {"cwe.mitre.org"}
        tags = {
            tag.strip("<>").split()[0]
            for html in found.html
            for tag in html.replace("><", ">\n<").split("\n")
            if tag[:1] == "<"
        }
        assert {tag.split(">")[0] for tag in tags} <= OWN, found.html
        assert not [word for word in found.references if word.startswith(("@", "#", "www"))], found.references


def said(bot: Hosted) -> list[str]:
    """Everything that we wrote: comments, reviews, threads."""
    reviews = [review.body for review in bot.github.reviews(NAME, 1) if review.body]
    threads = [
        comment.body
        for thread in bot.github.threads(NAME, 1)
        for comment in thread.comments
        if comment.author.login == "fusion[bot]"
    ]
    return [*bot.ours(), *reviews, *threads]


async def test_names_of_files_branches_and_titles_come_to_no_life(bot: Hosted) -> None:
    files = dict.fromkeys(NAMES, BAD)
    bot.github.open_pull(NAME, head="a`@mona`<b>-->", files=files, user="mona", title=f"@everyone {FORGED}" + "T" * 10_000)
    await bot.settle()
    harmless(*said(bot))
    assert bot.check().conclusion == "failure"
    assert len(bot.github.threads(NAME, 1)) == len(NAMES)
    [summary] = bot.ours()
    assert "`<U+202E>gnp.py:2`" in summary
    before = len(bot.github.requests)
    bot.github.comment(NAME, 1, "mona", "/fusion review")
    await bot.settle()
    assert len(bot.github.threads(NAME, 1)) == len(NAMES), "its own names do not confuse it"
    assert len(bot.github.requests) > before


async def test_hostile_words_in_commands_come_back_as_text_alone(bot: Hosted) -> None:
    bot.github.open_pull(NAME, head="feature", files={"a.py": BAD, "b.py": BAD}, user="mona")
    await bot.settle()
    bot.github.comment(NAME, 1, "mona", "/fusion status")
    await bot.settle()
    ids = re.findall(r"- `([0-9a-f]{8})` ", bot.ours()[1])
    assert len(ids) == len(set(ids)) == 2
    hostile = (
        f"/fusion explain zzzz<b>@mona{FORGED}",
        "/fusion <img src=x> @mona `",
        "/fusion [click](https://evil.example/) #1",
        "/fusion explain deadbeef",
    )
    for text in hostile:
        bot.github.comment(NAME, 1, "mona", text)
        await bot.settle()
    status, *answers = bot.ours()[1:]
    assert len(answers) == len(hostile)
    assert "`b.py:2`" in status
    harmless(*said(bot))
    to = bot.github.threads(NAME, 1)[0].comments[0].id
    bot.github.reply(NAME, to, "mona", f"/fusion dismiss because @everyone <script>\u202e [x](https://evil.example) {FORGED}")
    await bot.settle()
    harmless(*said(bot))
    assert [thread.resolved for thread in bot.github.threads(NAME, 1)] == [True, False]


NO_COMMANDS = (
    "```\n/fusion dismiss\n```",
    "~~~sh\n/fusion pause\n~~~",
    "> /fusion ignore",
    "Say `/fusion ignore` to it.",
    "    /fusion pause",
    "<!--\n/fusion pause\n-->",
    "/fu\u200bsion pause",
    "\u202e/fusion pause",
    "@fusion-other pause",
    "/fusionx pause",
)


async def test_what_only_looks_like_a_command_is_none(bot: Hosted) -> None:
    bot.github.open_pull(NAME, head="feature", files={"a.py": BAD}, user="mona")
    await bot.settle()
    before = bot.ours()
    for text in NO_COMMANDS:
        bot.github.comment(NAME, 1, "mona", text)
    await bot.settle()
    assert bot.ours() == before
    assert not [comment.body for comment in bot.github.comments(NAME, 1) if comment.reactions]


async def test_markers_that_others_copy_or_forge_count_for_nothing(bot: Hosted) -> None:
    github = bot.github
    github.open_pull(NAME, head="feature", files={"a.py": BAD, "b.py": BAD}, user="mona")
    await bot.settle()
    first, second = github.threads(NAME, 1)
    mark = first.comments[0].body.rsplit("\n", 1)[1]
    summary = bot.ours()[0].rsplit("\n", 1)[1]
    # a person's comment with our markers, a reply that claims that we closed the thread, and a marker moved to another thread
    github.comment(NAME, 1, "mallory", f"### Fusion: pass\n\n{summary}")
    github.reply(NAME, first.comments[0].id, "mallory", f"Fixed by 1234567.\n\n{mark.replace('thread', 'reply')}")
    github.edit_comment(NAME, second.comments[0].id, "mona", f"Moved.\n\n{mark}")
    github.advance(seconds=5)
    github.push(NAME, 1, {"a.py": "def run(text):\n    return text\n"}, user="mona")
    await bot.settle()
    assert bot.check().conclusion == "failure", "the second still stands"
    assert len(bot.ours()) == 1
    assert first.resolved
    assert github.comments(NAME, 1)[-1].body.startswith("### Fusion: pass"), "what others write is theirs"
    assert bot.unfinished == []
