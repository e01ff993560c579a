"""The bot as a process, beside a fake GitHub and a client that are processes of their own, all on this machine."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.fakes.changes import five_languages, workplace
from tests.fakes.serving import Serving
from tests.load import scene
from tests.load.campaign import RATE, campaign, resident, running
from tests.load.remote import RemoteGitHub
from tests.load.sender import Sender, Sent

Measure = dict[str, Any]
ALONE = 30
"""Pull requests that are opened one after another, without analyzers."""
EXAMINED = 12
"""And with them."""
BURST = 2_000
MANY = 10_000


def measures() -> Iterable[Measure]:
    """Every measure of this module."""
    with tempfile.TemporaryDirectory(prefix="fusion-bench-") as folder:
        place = Path(folder)
        yield from _under_load(place / "load")
        yield from _many(place / "many")
        yield from _one_by_one(place / "alone", "without analyzers", ALONE, FUSION_EVIDENCE="off")
        yield from _one_by_one(place / "examined", "with the analyzers of this machine", EXAMINED, FUSION_EVIDENCE="local")


def _under_load(folder: Path) -> Iterable[Measure]:
    """2,000 deliveries over 100 pull requests at a fixed rate, while those are reviewed."""
    report = campaign(folder)
    assert not report.found.problems, report.found.problems
    what = f"{sum(report.answers.statuses.values()):,} deliveries on 100 pull requests at {RATE:.0f}/s, reviews at work"
    yield {"name": f"{what}: acknowledged, p50", "value": report.answers.at(0.5), "unit": "ms"}
    yield {"name": f"{what}: acknowledged, p99", "value": report.answers.at(0.99), "unit": "ms"}
    yield {"name": f"{what}: all reviewed and published", "value": round(report.settled, 1), "unit": "s"}
    yield {"name": f"{what}: CPU of the bot", "value": report.processor, "unit": "s"}
    yield {"name": f"{what}: peak memory of the bot", "value": float(report.memory), "unit": "MB"}


def _many(folder: Path) -> Iterable[Measure]:
    """A burst as fast as it is taken, then 10,000 deliveries in all: labels and synchronisations on 20 pull requests."""

    async def burst(load: list[Sent], lanes: int) -> float:
        waiting = iter(load)
        began = time.perf_counter()

        async def lane() -> None:
            for one in waiting:
                await sender.deliver(one)

        await asyncio.gather(*(lane() for _ in range(lanes)))
        sender.close()
        return len(load) / (time.perf_counter() - began)

    with running(folder) as (github, bot):
        scene.open_pulls(github, 20)
        recorded = scene.events(github)
        load = scene.deliveries(recorded, MANY, seed=1)
        sender = Sender(bot.port)
        rate = asyncio.run(burst(load[:BURST], 32))
        bot.settled(300)
        yield {"name": f"{BURST:,} deliveries from 32 connections: acknowledged", "value": round(rate), "unit": "1/s"}
        before = resident(bot)
        asyncio.run(burst(load[BURST:], 32))
        bot.settled(300)
        yield {"name": f"memory after {BURST:,} deliveries", "value": float(before), "unit": "MB"}
        yield {"name": f"memory after {MANY:,} deliveries", "value": float(resident(bot)), "unit": "MB"}


def _one_by_one(folder: Path, how: str, count: int, **settings: str) -> Iterable[Measure]:
    """From the delivery of a new pull request to its ended check, each when the one before has ended."""
    place = workplace(folder / "example")
    five_languages(place)
    names = place.git("diff", "--name-only", "main", "feature").split()
    files = {name: place.git("show", f"feature:{name}") + "\n" for name in names}
    took = []
    with running(folder / "bot", **settings) as (github, bot):
        for number in range(count + 1):
            changed = {f"part{number}/{name}": text for name, text in files.items()}
            took.append(published(github, bot, changed, number))
            bot.settled(300)
    ordered = sorted(took[1:])
    what = f"webhook to published review, 600 lines in 12 files, {how}"
    yield {"name": f"{what}: p50", "value": round(statistics.median(ordered), 2), "unit": "s"}
    yield {"name": f"{what}: p95", "value": round(ordered[-(-95 * len(ordered) // 100) - 1], 2), "unit": "s"}


def published(github: RemoteGitHub, bot: Serving, files: dict[str, str], index: int) -> float:
    name = scene.REPOSITORIES[0]
    before = github.call("described")["deliveries"]
    number = github.call("open_pull", name, head=f"part-{index}", files=files)
    [opened] = scene.events(github, before)
    head = github.get(f"/repos/{name}/pulls/{number}")["head"]["sha"]
    sender = Sender(bot.port)

    async def send() -> None:
        await sender.deliver(opened.sent())
        sender.close()

    began = time.perf_counter()
    asyncio.run(send())
    while [check["status"] for check in github.all(f"/repos/{name}/commits/{head}/check-runs")] != ["completed"]:
        if time.perf_counter() - began > 300:
            raise TimeoutError(bot.log[-2000:])
        time.sleep(0.02)
    return time.perf_counter() - began
