"""`python -m tests.load`: 2,000 deliveries over 100 pull requests at 200 a second, undisturbed, killed, and with pushes.

The fake GitHub, the bot and the client are a process each.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.serving import Serving
from tests.load import scene
from tests.load.audit import Found, audit
from tests.load.remote import RemoteGitHub, settings
from tests.load.sender import Answers, Sender

RATE = 200.0


@dataclass(kw_only=True)
class Report:
    """What a campaign measured and found."""

    answers: Answers
    found: Found
    kills: int = 0
    pushes: int = 0
    settled: float = 0.0
    """Seconds from the first delivery until nothing was left to do."""
    processor: float = 0.0
    """CPU seconds of the bot's last process, its analyzers included."""
    forge: float = 0.0
    """CPU seconds of the fake GitHub meanwhile: on a machine with few cores it competes with the bot."""
    memory: int = 0
    """Most resident memory of the bot, MiB."""
    oldest: float = 0.0
    """Age of the oldest waiting message at any scrape, seconds."""
    most: dict[str, float] = field(default_factory=dict)
    """The highest value of each gauge at any scrape."""


@contextlib.contextmanager
def running(folder: Path, **environment: str) -> Iterator[tuple[RemoteGitHub, Serving]]:
    """A fake and a bot that is installed on its repositories."""
    folder.mkdir(parents=True, exist_ok=True)
    home = folder / "home"
    home.mkdir()
    with RemoteGitHub() as github:
        scene.create(github)
        credentials = github.installed(*scene.REPOSITORIES)
        bot = Serving(home, settings(github, credentials, **environment)).start()
        try:
            bot.settled()
            yield github, bot
        finally:
            if bot.process is not None and bot.process.poll() is None:
                bot.stop()


def processor(pid: int) -> float:
    """CPU seconds of a process and of its children that ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def memory(bot: Serving) -> int:
    """The most resident memory of the bot's process so far, MiB."""
    assert bot.process is not None
    try:
        status = Path(f"/proc/{bot.process.pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    peak = status.partition("VmHWM:")[2].split()
    return int(peak[0]) // 1024 if peak else 0


def resident(bot: Serving) -> int:
    """The memory that the bot's process has now, MiB."""
    assert bot.process is not None
    status = Path(f"/proc/{bot.process.pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


def campaign(
    folder: Path,
    *,
    pulls: int = 100,
    count: int = 2_000,
    rate: float = RATE,
    kills: int = 0,
    pushes: int = 0,
    seed: int = 1,
    patience: float = 600,
    **environment: str,
) -> Report:
    """One load on a fresh bot, killed `kills` times and with `pushes` new heads at random moments of it."""
    dice = random.Random(seed)
    with running(folder, **environment) as (github, bot):
        places = scene.open_pulls(github, pulls)
        recorded = scene.events(github)
        load = scene.deliveries(recorded, count, seed=seed)
        sender = Sender(bot.port)
        report = Report(answers=sender.answers, found=Found())
        began, busy = time.monotonic(), processor(github.pid)
        asyncio.run(_attack(sender, load, rate, github, bot, places, report, kills, pushes, dice))
        while True:
            _sample(bot, report)
            try:
                bot.settled(0.7)
                break
            except TimeoutError:
                if time.monotonic() - began > patience:
                    raise
        report.settled = time.monotonic() - began
        report.memory = max(report.memory, memory(bot))
        assert bot.process is not None
        report.processor, report.forge = processor(bot.process.pid), processor(github.pid) - busy
        code = bot.stop()
        report.found = audit(github, bot.home, places)
        if code:
            report.found.problems.append(f"it ended with {code}")
        return report


async def _attack(
    sender: Sender,
    load: list[scene.Sent],
    rate: float,
    github: RemoteGitHub,
    bot: Serving,
    places: list[tuple[str, int]],
    report: Report,
    kills: int,
    pushes: int,
    dice: random.Random,
) -> None:
    lasts = len(load) / rate
    async with asyncio.TaskGroup() as group:
        group.create_task(sender.send(load, rate=rate))
        pushing = group.create_task(_push(sender, github, places, report, pushes, lasts, dice))
        for _ in range(kills):
            await asyncio.sleep(dice.uniform(0.05, 1.2))
            report.memory = max(report.memory, memory(bot))
            await asyncio.to_thread(bot.kill)
            report.kills += 1
            await asyncio.to_thread(bot.start)
        await pushing
    sender.close()


async def _push(
    sender: Sender,
    github: RemoteGitHub,
    places: list[tuple[str, int]],
    report: Report,
    pushes: int,
    lasts: float,
    dice: random.Random,
) -> None:
    """Push to random pull requests, and deliver what GitHub makes of it."""
    for push in range(1, pushes + 1):
        await asyncio.sleep(dice.expovariate(pushes / lasts))
        index = dice.randrange(len(places))
        before = (await asyncio.to_thread(github.call, "described"))["deliveries"]
        await asyncio.to_thread(github.call, "push", *places[index], scene.files(index, push))
        made = await asyncio.to_thread(scene.events, github, before)
        report.pushes += 1
        await asyncio.gather(*(sender.deliver(one.sent()) for one in made))


def _sample(bot: Serving, report: Report) -> None:
    report.memory = max(report.memory, memory(bot))
    for name, value in bot.gauges().items():
        if name.endswith(("_created", "_bucket", "_sum", "_total", "_count")):
            continue
        report.most[name] = max(report.most.get(name, 0.0), value)
    report.oldest = report.most.get("fusion_queue_oldest_seconds", 0.0)
