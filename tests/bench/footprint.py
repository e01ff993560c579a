"""What one review asks of records, contents, messages and the host: the operations that services bill by the number.

The bot of this process with its own agents, without analyzers and models, beside a fake GitHub: a pull request of some hundred
lines is opened, and then a line of it is pushed. What is written once for an installation is not counted: another pull request
came before. `bicep/profiles.toml` takes these figures up.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from fusion.engine.worker import Activity
from tests.fakes.github import FakeGitHub
from tests.fakes.hosted import NAME, hosted

FILES, LINES = 12, 50
COUNTED = {
    "records": ("get", "put", "list", "delete"),
    "blobs": ("get", "put"),
    "messages": ("send", "receive", "complete", "renew", "defer"),
}


def measures() -> Iterable[dict[str, Any]]:
    """Every measure of this module."""
    with tempfile.TemporaryDirectory(prefix="fusion-bench-") as folder:
        for what, counts in zip(("a pull request opened", "a push to it"), asyncio.run(_counts(Path(folder))), strict=True):
            for name, count in sorted(counts.items()):
                yield {"name": f"{what}, {FILES} files of {LINES} lines: {name}", "value": count, "unit": ""}


class _Counting:
    """A store, or a queue, whose operations are counted; everything else is the real one's."""

    def __init__(self, real: Any, what: str, counts: Counter[str]) -> None:
        self._real, self._what, self._counts = real, what, counts

    def __getattr__(self, name: str) -> Any:
        if name in COUNTED[self._what]:
            self._counts[f"{self._what}, {name}"] += 1
        return getattr(self._real, name)


def _text(line: str = "") -> str:
    return "\n".join([*(f"x_{number} = {number}" for number in range(LINES)), line]) + "\n"


async def _counts(folder: Path) -> list[Counter[str]]:
    counts: Counter[str] = Counter()

    def around(name: str, function: Activity) -> Activity:
        async def counted(context: Any, given: Any) -> Any:
            counts["activities"] += 1
            return await function(context, given)

        return counted

    change = {field: _put(what, counts) for field, what in {"store": "records", "blobs": "blobs", "queue": "messages"}.items()}
    found = []
    with FakeGitHub() as github:
        github.create(NAME, {"app.py": "pass\n"})
        async with hosted(github, folder, around=around, change=change, team=True) as bot:
            github.open_pull(NAME, head="before", files={"before.py": _text()}, user="mona")
            await bot.settle()
            counts.clear()
            files = {f"module_{number}.py": _text() for number in range(FILES)}
            number = github.open_pull(NAME, head="feature", files=files, user="mona")
            await bot.settle()
            found.append(Counter(counts))
            counts.clear()
            github.push(NAME, number, {"module_0.py": _text("y = 1")})
            await bot.settle()
            found.append(Counter(counts))
    return found


def _put(what: str, counts: Counter[str]) -> Callable[[Any], Any]:
    return lambda real: _Counting(real, what, counts)
