"""`/fusion fix` on hostile code: a model that obeys every instruction that it reads changes no file but the finding's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.attacks import Seed, seeds
from tests.fakes.besieged import alive, leaked
from tests.fakes.bot import REPOSITORY, sha
from tests.fakes.fixing import replies, world
from tests.fakes.obeying import Obeying

CHOSEN = [seed for seed in seeds() if seed.vector == "fixer"] + [seed for seed in seeds() if seed.vector == "comment"][::4]


@pytest.mark.parametrize("seed", CHOSEN, ids=lambda seed: seed.id)
async def test_the_obeying_model_changes_nothing_else(tmp_path: Path, seed: Seed) -> None:
    model = Obeying()
    made = world(tmp_path, model=model)
    told = [f"    # {line}" for line in seed.text.split("\n")]
    async with made.process() as bot:
        await bot.take(made.open("a", "def run(a):", *told, "    x = BAD", "    return x"))
        thread = next(thread for thread in made.threads if thread.line == len(told) + 2)
        await bot.take(made.comment("/fusion fix commit", thread=thread))
        await bot.take(made.comment("/fusion fix", thread=thread))
    asked = [prompt for prompt in model.prompts if prompt.agent == "fixer"]
    assert asked, "it was asked, and read the attack"
    assert list(leaked(asked, [])) == []
    said = replies(made)
    assert len(said) == 2
    assert [problem for text in said for problem in alive(text)] == []
    for (repository, branch), commit in made.forge.branches.items():
        assert (repository, commit.parent, set(commit.files)) == (REPOSITORY, sha("a"), {"app.py"})
        assert branch.startswith("fusion/fix-")
        assert seed.vector != "fixer", "what asks for other files, or breaks out of fences, makes no patch"
