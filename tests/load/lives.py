"""One pull request's whole life, and the process killed at each of its boundaries.

Every step of the bot that others can see is a request to GitHub, so the fake is where lives are cut: at the n-th request,
either before the deed or when it is done and its answer is on the way. No hook in the bot is needed.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from collections.abc import Iterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from tests.fakes.github import FakeGitHub, wire
from tests.fakes.github.control import PREFIX
from tests.fakes.serving import Serving, installed

BASE = {"shop.py": "def price(a):\n    return a\n", "README.md": "# A shop\n"}
CHANGE = {
    "shop.py": "def price(a):\n    d = {'a': 1, 'a': 2}\n    return len(d) + a\n",
    "stop.py": "import pdb\n\n\ndef go(x):\n    pdb.set_trace()\n    return x\n",
}
_VARYING = re.compile(r"\b[0-9a-f]{7,64}\b|#\d+")


class Trap(FakeGitHub):
    """Holds the n-th request from now, with or without the deed, until it is told that the client is dead."""

    def __init__(self) -> None:
        super().__init__()
        self.left = -1
        self.after = False
        self.sprung = threading.Event()
        self.dead = threading.Event()

    def set(self, n: int, *, after: bool) -> None:
        """Spring at request `n` from now, counted from 0; `after` the deed, or before it."""
        self.sprung.clear()
        self.dead.clear()
        self.left, self.after = n, after

    async def _answer(self, request: Request) -> Response:
        if self.left < 0 or request.url.path.startswith(PREFIX):
            return await super()._answer(request)
        self.left -= 1
        if self.left >= 0:
            return await super()._answer(request)
        answer = await super()._answer(request) if self.after else None
        self.sprung.set()
        await asyncio.to_thread(self.dead.wait)
        return answer or await wire.die(request)


@contextlib.contextmanager
def shop(folder: Path) -> Iterator[tuple[Trap, Serving]]:
    """A repository, and a bot at rest that is installed on it."""
    folder.mkdir(parents=True, exist_ok=True)
    with Trap() as github:
        github.create("octo/shop", BASE)
        with installed(github, folder / "home", "octo/shop") as bot:
            github.settle()
            bot.settled()
            yield github, bot


def life(github: Trap, bot: Serving) -> str:
    """A pull request from its opening to a settled bot: the conversation, without what differs between pull requests."""
    branch = f"change-{len(github.repository('octo/shop').pulls)}"
    number = github.open_pull("octo/shop", head=branch, files=CHANGE)
    github.settle()
    bot.settled()
    return told(github, number)


def killed(github: Trap, bot: Serving, n: int, *, after: bool) -> tuple[bool, str]:
    """The same, with the process killed at request `n` and started anew. Whether it came to that; the conversation."""
    branch = f"change-{len(github.repository('octo/shop').pulls)}"
    github.set(n, after=after)
    number = github.open_pull("octo/shop", head=branch, files=CHANGE)
    github.settle()
    while not github.sprung.is_set():
        with contextlib.suppress(TimeoutError):
            bot.settled(0.5)
            break
    if not github.sprung.is_set():
        github.left = -1
        return False, told(github, number)
    bot.kill()
    github.dead.set()
    bot.start()
    for guid in github.unacknowledged():
        github.redeliver(guid)
    github.settle()
    bot.settled()
    return True, told(github, number)


def told(github: FakeGitHub, number: int) -> str:
    """The conversation, without numbers and digests."""
    return _VARYING.sub("~", github.conversation("octo/shop", number))
