"""`/fusion fix` on a pull request: from the command to the suggestion or the branch, and every way in which it is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from fusion.budget.accounts import SCOPE
from fusion.errors import Denied, RateLimited
from fusion.model import Ending
from fusion.plugins import Loaded
from fusion.ports import Permission
from tests.fakes.bot import NUMBER, REPOSITORY, World, sha
from tests.fakes.fixing import WORSE, Patcher, Reporter, instead, replies, world
from tests.fakes.models import failure

CODE = ("def run(a):", "    x = BAD", "    return x")


async def asked(made: World, text: str = "/fusion fix", *, code: tuple[str, ...] = CODE, **pull: Any) -> None:
    """A review, and the command in the finding's thread."""
    async with made.process() as bot:
        await bot.take(made.open("a", *code, **pull))
        [thread] = made.threads
        await bot.take(made.comment(text, thread=thread))


async def test_a_mechanical_fix_is_a_suggestion_in_the_thread(tmp_path: Path) -> None:
    made = world(tmp_path, mend="good")
    await asked(made)
    [said] = replies(made)
    assert "```suggestion\n    x = good\n```" in said
    assert "checked: marks no longer reports it on the patched copy" in said
    assert "model" not in said
    assert made.forge.branches == {}


async def test_a_models_patch_is_tried_and_offered_with_what_it_cost(tmp_path: Path) -> None:
    patcher = Patcher([instead("BAD", "good")])
    made = world(tmp_path, model=patcher)
    await asked(made)
    [said] = replies(made)
    assert "```suggestion\n    x = good\n```" in said
    assert "written by a model" in said
    assert "Models: fixer 1 call; answered by big" in said
    assert "Cost: 0.0001 USD" in said
    accounts = await made.store.list(tenant="t", kind="budget-run", scope=SCOPE)
    assert {stored.value["state"] for stored in accounts} == {"closed"}, "what was reserved and not used is given back"
    assert any(stored.key.id.startswith("command-") for stored in accounts)


async def test_a_commit_is_made_where_it_is_asked_for_and_its_answer_names_it(tmp_path: Path) -> None:
    made = world(tmp_path, mend="good")
    await asked(made, "/fusion fix commit")
    [((repository, branch), commit)] = made.forge.branches.items()
    assert (repository, commit.parent) == (REPOSITORY, sha("a"))
    assert branch.startswith("fusion/fix-")
    assert commit.files == {"app.py": b"def run(a):\n    x = good\n    return x\n"}
    [said] = replies(made)
    assert f"It is a commit on the branch `{branch}`" in said
    assert "```diff" in said
    assert "suggestion" not in said


async def test_what_does_not_fit_the_lines_of_the_thread_is_a_commit(tmp_path: Path) -> None:
    def edits(prompt: Any) -> list[dict[str, Any]]:
        [first] = instead("BAD", "good(a)")(prompt)
        [second] = instead("def run", "def good(a):\n    return a\n\n\ndef run")(prompt)
        return [first, second]

    made = world(tmp_path, model=Patcher([edits]))
    await asked(made)
    [commit] = made.forge.branches.values()
    assert commit.files["app.py"].startswith(b"def good(a):\n    return a\n\n\ndef run(a):\n    x = good(a)\n")


async def test_a_fingerprint_in_the_conversation_is_answered_in_the_thread(tmp_path: Path) -> None:
    made = world(tmp_path, mend="good")
    async with made.process() as bot:
        await bot.take(made.open("a", *CODE))
        await bot.take(made.comment("/fusion status"))
        fingerprint = made.said[-1].partition("  - `")[2][:8]
        await bot.take(made.comment(f"/fusion fix {fingerprint}"))
    [said] = replies(made)
    assert "suggestion" in said


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("BAD  # again", "marks bad still reports it"),
        ("(", "The patched file does not parse"),
        ("WORSE", "other bad reports something new in app.py, line 2"),
        ("good  # noqa", "The patch adds a comment that silences a tool"),
        ("UNREAD", "marks could not read the patched copy"),
        ("__import__('left_pad')", "imports left_pad, which nothing here uses yet"),
        ("'****'", "looks like a secret"),
    ],
)
async def test_a_patch_that_does_not_hold_is_refused_and_the_reason_told(tmp_path: Path, new: str, why: str) -> None:
    patcher = Patcher([instead("BAD", new)])
    made = world(tmp_path, model=patcher)
    await asked(made, "/fusion fix commit")
    [said] = replies(made)
    assert said.startswith("There is no patch for")
    assert why in said.replace("\\", "")
    assert "Models: fixer 2 calls" in said
    assert made.forge.branches == {}
    assert why.split(",")[0] in patcher.asked[1].messages[-1].text, "the second try is told"


async def test_a_second_patch_may_hold(tmp_path: Path) -> None:
    made = world(tmp_path, model=Patcher([instead("BAD", "WORSE"), instead("BAD", "good")]))
    await asked(made)
    [said] = replies(made)
    assert "suggestion\n    x = good\n" in said


@pytest.mark.parametrize(
    ("turn", "why"),
    [(None, "The model declined: It is meant to be so"), (failure(Ending.REFUSED, "Not this one."), "declined")],
)
async def test_a_model_that_declines_is_not_pressed(tmp_path: Path, turn: Any, why: str) -> None:
    patcher = Patcher([turn])
    made = world(tmp_path, model=patcher)
    await asked(made)
    [said] = replies(made)
    assert why in said
    assert len(patcher.asked) == 1


async def test_without_models_and_mechanics_it_says_so(tmp_path: Path) -> None:
    made = world(tmp_path)
    await asked(made)
    assert "Nothing mechanical is known to mend it, and no model is configured (docs/models.md)." in replies(made)[0]


async def test_forks_get_no_patch_and_cost_nothing(tmp_path: Path) -> None:
    patcher = Patcher([instead("BAD", "good")])
    made = world(tmp_path, mend="good", model=patcher)
    await asked(made, fork=True)
    assert "writes no patches for forks" in replies(made)[0]
    assert patcher.asked == []


async def test_who_may_not_write_gets_no_patch(tmp_path: Path) -> None:
    made = world(tmp_path, mend="good")
    made.forge.grant(REPOSITORY, "mona", Permission.TRIAGE)
    await asked(made, "/fusion fix commit")
    assert "may not" in replies(made)[0]
    assert made.forge.branches == {}


async def test_who_lost_the_right_meanwhile_gets_no_branch(tmp_path: Path) -> None:
    def edits(prompt: Any) -> Any:
        made.forge.grant(REPOSITORY, "mona", Permission.READ)
        return instead("BAD", "good")(prompt)

    made = world(tmp_path, model=Patcher([edits]))
    await asked(made, "/fusion fix commit")
    assert "may not write to this repository any more" in replies(made)[0]
    assert made.forge.branches == {}


async def test_a_head_that_moves_meanwhile_gets_no_branch(tmp_path: Path) -> None:
    def edits(prompt: Any) -> Any:
        made.push("b", "pass")
        return instead("BAD", "good")(prompt)

    made = world(tmp_path, model=Patcher([edits]))
    await asked(made, "/fusion fix commit")
    assert "The head has moved" in replies(made)[0]
    assert made.forge.branches == {}


async def test_what_may_not_be_pushed_is_shown(tmp_path: Path) -> None:
    made = world(tmp_path, mend="good")
    made.forge.fail(Denied("Resource not accessible by integration."), on="commit")
    await asked(made, "/fusion fix commit")
    [said] = replies(made)
    assert "It is only shown, because it cannot be committed to a branch: Resource not accessible" in said
    assert "\n+    x = good\n" in said


async def test_an_opinion_gets_no_patch(tmp_path: Path) -> None:
    patcher = Patcher([instead("BAD", "good")])
    forgetful = Loaded(plugins={"reporter": Reporter(forgetful=True)}, broken={})
    made = world(tmp_path, model=patcher, agents=forgetful)
    async with made.process() as bot:
        await bot.take(made.open("a", *CODE))
        [ledger] = await made.store.list(tenant="t", kind="ledger", scope=REPOSITORY)
        fingerprint = ledger.value["ledger"]["entries"][0]["finding"]["fingerprint"]
        await bot.take(made.comment(f"/fusion fix {fingerprint}"))
    assert patcher.asked == []
    assert "no tool has evidence for it" in made.said[-1]


async def test_a_host_without_analyzers_says_so(tmp_path: Path) -> None:
    made = world(tmp_path, mend="good")
    async with made.process() as bot:
        await bot.take(made.open("a", *CODE))
    made.bundle_fields["examiner"] = None
    async with made.process() as bot:
        await bot.take(made.comment("/fusion fix", thread=made.threads[0]))
    assert "This host runs no analyzers" in replies(made)[0]


async def test_who_sent_sarif_cannot_look_again_and_costs_nothing(tmp_path: Path) -> None:
    patcher = Patcher([instead("BAD", "good")])
    made = world(tmp_path, mend="good", model=patcher)
    async with made.process() as bot:
        await bot.take(made.open("a", *CODE))
    made.bundle_fields["analyzers"] = Loaded(plugins={"other": WORSE}, broken={})
    async with made.process() as bot:
        await bot.take(made.comment("/fusion fix", thread=made.threads[0]))
    [said] = replies(made)
    assert "`app.py:2`. marks is not run by Fusion here (its results came as SARIF, or its plugin is gone), so nobody" in said
    assert "it can be fixed once an analyzer that Fusion runs here reports it, too." in said
    assert patcher.asked == []


async def test_equal_findings_of_two_files_are_told_apart(tmp_path: Path) -> None:
    made = world(tmp_path, mend="good")
    made.beside = {"other.py": "".join(f"{line}\n" for line in CODE)}
    async with made.process() as bot:
        await bot.take(made.open("a", *CODE))
        await bot.take(made.comment("/fusion status"))
        [ledger] = await made.store.list(tenant="t", kind="ledger", scope=REPOSITORY)
        [fingerprint] = {entry["finding"]["fingerprint"] for entry in ledger.value["ledger"]["entries"]}
        ids = re.findall(r"- `([0-9a-f]{8})` ", made.said[-1])
        await bot.take(made.comment(f"/fusion dismiss {fingerprint[:8]}"))
        refused = made.said[-1]
        await bot.take(made.comment(f"/fusion fix {ids[1]} commit"))
    assert len(set(ids)) == 2
    assert f"`{ids[0]}` in app.py:2, `{ids[1]}` in other.py:2. Give the whole id of one." in refused
    assert [set(commit.files) for commit in made.forge.branches.values()] == [{"other.py"}]


async def test_lost_answers_double_nothing(tmp_path: Path) -> None:
    made = world(tmp_path, mend="good")
    for operation in ("commit", "reply"):
        made.forge.fail(RateLimited("Later.", seconds=0.05), on=operation, late=True)
    await asked(made, "/fusion fix commit")
    assert len(made.forge.branches) == 1
    assert len(replies(made)) == 1
    assert made.forge.kept(REPOSITORY, NUMBER).pull.head == sha("a")
