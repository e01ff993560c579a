"""What agents say to a model: the texts beside the agents (`*.md`), each a constant, and the prompts made with them."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from agents.replies import Shape, schema
from fusion.model import Brief, Limits, Prompt, Work
from fusion.reasoning.fence import composed, sources


@lru_cache(maxsize=32)
def instructions(name: str) -> str:
    """The text of `agents/<name>.md`; the same, byte for byte, in each prompt that is made with it."""
    return files("agents").joinpath(f"{name}.md").read_text("utf-8").strip()


def prompt(
    name: str,
    brief: Brief,
    shape: type[Shape],
    *,
    agent: str,
    work: Work,
    tail: str,
    limits: Limits,
    kinds_of: str = "",
    without: frozenset[str] = frozenset(),
) -> Prompt:
    """The prompt that shows the brief under the instructions of that name and asks for a reply of that shape.

    `tail` is a constant that repeats the question below the data. `kinds_of` names the agent whose kinds of findings the reply
    may use; `without` names properties that the reply may not have.
    """
    return Prompt(
        agent=agent,
        work=work,
        messages=composed(instructions(name), brief, tail),
        schema_name=f"{name}_{shape.__name__.lower()}",
        reply_schema=schema(shape, agent=kinds_of, without=without),
        limits=limits,
        sources=tuple(source for source in sources(brief) if source.path),
    )
