"""A pull request whose review is begun by one process and ended by another, and what a collector saw of it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.answering import answer
from tests.fakes.collector import Collector, Seen, collecting
from tests.fakes.serving import installed
from tests.load.lives import BASE, CHANGE, Trap, told

TITLE = "Quite a secret title"
CUT = 15
"""The request to GitHub at which the first process dies: it reads what is under review."""
MODELS = """
[models.mine]
size = "large"
context = 128000
output = 16000
price = {{ input = 2.0, output = 8.0, date = 2026-11-01, source = "a test" }}

[models.mine.figures.review]
metric = "f1"
value = 0.6
chance = 0.1
dataset = "a test"
date = 2026-11-01
source = "a test"

[endpoints.there]
kind = "exchange"
address = "{folder}"
model = "mine"
"""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What there was to see."""

    collector: Collector
    conversation: str
    spans: Sequence[Seen]
    """Of the trace that the delivery began."""
    before: frozenset[str]
    """Ids of the spans that the first process told."""
    log: str


@contextlib.contextmanager
def across_a_restart(folder: Path, *, cut: int = CUT, **more: str) -> Iterator[Watched]:
    """A signed delivery, kill -9 in the middle of its review, another process, the posted review with what a model said."""
    folder.mkdir(parents=True, exist_ok=True)
    with collecting() as collector, Trap() as github, _model(folder / "talk") as models:
        github.create("octo/shop", BASE)
        seen = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_SERVICE_NAME": "fusion-test"}
        with installed(github, folder / "home", "octo/shop", FUSION_MODELS=str(models), **seen, **more) as bot:
            github.settle()
            bot.settled()
            github.set(cut, after=False)
            number = github.open_pull("octo/shop", head="change", title=TITLE, files=CHANGE)
            github.settle()
            if not github.sprung.wait(240):
                raise TimeoutError(bot.log[-2000:])
            # What a process has not sent yet dies with it; it sends every two seconds. This is the last that ended before.
            collector.wait(lambda: any(span.name == "activity learn_decisions" for span in collector.spans))
            bot.kill()
            before = frozenset(span.id for span in collector.spans)
            github.dead.set()
            bot.start()
            bot.settled()
            conversation = told(github, number)
            bot.stop()
        delivered = (one for one in collector.spans if one.name == "webhook" and one.attributes["fusion.event"] == "pull")
        spans = collector.traces()[next(delivered).trace]
        yield Watched(collector=collector, conversation=conversation, spans=spans, before=before, log=bot.log)


@contextlib.contextmanager
def _model(folder: Path) -> Iterator[Path]:
    """A model that answers by files, and the models file that names it."""
    for part in ("requests", "responses"):
        (folder / part).mkdir(parents=True)
    ended = threading.Event()

    def answering() -> None:
        while not ended.wait(0.02):
            answer(folder)

    thread = threading.Thread(target=answering, daemon=True)
    thread.start()
    file = folder / "models.toml"
    file.write_text(MODELS.format(folder=folder), encoding="utf-8")
    try:
        yield file
    finally:
        ended.set()
        thread.join()
