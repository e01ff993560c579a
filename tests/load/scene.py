"""What the load is about: repositories, pull requests with small changes, and the deliveries that GitHub makes of them."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fusion.events import sign
from tests.fakes.serving import SECRET
from tests.load.remote import RemoteGitHub
from tests.load.sender import Sent, signed

REPOSITORIES = ("octo/shop", "octo/bank", "octo/mail", "octo/maps")
BASE = {
    "README.md": "# A shop\n\nIt sells things.\n",
    "shop.py": '"""Prices."""\n\n\ndef price(amount, rate):\n    """With tax."""\n    return amount * rate\n',
    "stock.py": '"""Stock."""\n\n\ndef left(sold, had):\n    """What is left."""\n    return had - sold\n',
}


def files(number: int, push: int = 0) -> dict[str, str]:
    """The files of pull request `number` after so many further pushes; two in three bring a defect that a rule reports."""
    mark = f"# change {number}.{push}\n"
    found = {
        "README.md": f"# A shop\n\nIt sells {number} things, {push}.\n",
        "shop.py": (
            f'"""Prices."""\n\n\ndef price(amount, rate):\n    """With tax {number}."""\n    {mark}    return amount * rate\n'
        ),
    }
    if number % 3 != 0:
        found["stock.py"] = (
            '"""Stock."""\n\n\ndef left(sold, had):\n    """What is left."""\n'
            f"    {mark}    names = {{'a{push}': 1, 'a{push}': 2}}\n    return had - sold + len(names)\n"
        )
    if number % 5 == 0:
        del found["README.md"]
    return found


@dataclass(frozen=True, kw_only=True)
class Event:
    """One recorded event."""

    guid: str
    event: str
    payload: dict[str, Any]

    def sent(self, guid: str = "") -> Sent:
        """As a delivery; under another id where one is given."""
        body = json.dumps(self.payload).encode()
        return signed(guid or self.guid, self.event, body, sign(SECRET.encode(), body))


def create(github: RemoteGitHub) -> None:
    """The repositories, without a pull request."""
    for name in REPOSITORIES:
        github.call("create", name, BASE)


def events(github: RemoteGitHub, after: int = 0) -> list[Event]:
    """What happened to pull requests since; not what the bot itself said, nor pushes, which it ignores."""
    return [Event(**one) for one in github.call("recorded", after) if one["event"] == "pull_request"]


def open_pulls(github: RemoteGitHub, count: int) -> list[tuple[str, int]]:
    """Open them, and let each have events that change nothing about its review."""
    places = []
    for index in range(count):
        name = REPOSITORIES[index % len(REPOSITORIES)]
        number = github.call("open_pull", name, head=f"change-{index}", files=files(index), title=f"Change {index}")
        places.append((name, number))
        github.call("label", name, number, "ready")
        github.call("label", name, number, "ready", remove=True)
        github.call("change", name, number, "synchronize")
        github.call("change", name, number, "ready_for_review")
    return places


def deliveries(found: Sequence[Event], count: int, *, seed: int) -> list[Sent]:
    """`count` deliveries in random order: each event once, one in six again under its id, the others as new events.

    New ones repeat labels and synchronisations with the same head.
    """
    dice = random.Random(seed)
    made = [one.sent() for one in found]
    while len(made) < count:
        one = dice.choice(found)
        again = dice.random() < 0.2
        made.append(one.sent() if again else one.sent(str(uuid.UUID(int=dice.getrandbits(128), version=4))))
    dice.shuffle(made)
    return made
