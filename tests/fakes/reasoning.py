"""A host with models: endpoints by name, each a scripted model, under a models file with prices and figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fusion.budget.book import Book
from fusion.model import Ending, Prompt, Response, Usage
from fusion.ports import Clock, Heard, Inference, Model, Store
from fusion.routing.catalogue import ModelsFile, load
from fusion.routing.health import Breakers
from orchestrations.bundle import Reasoning

FILE = """
[models.big]
size = "large"
context = 128000
output = 16000
price = { input = 2.0, cached = 0.5, output = 8.0, date = 2026-11-01, source = "a test" }
[models.big.figures.review]
metric = "f1"
value = 0.6
dataset = "a test"
date = 2026-11-01
source = "a test"
[models.big.figures.fix]
metric = "accuracy"
value = 0.6
dataset = "a test"
date = 2026-11-01
source = "a test"

[endpoints.cloud]
kind = "openai"
address = "https://cloud.invalid/openai/v1/"
model = "big"
region = "swedencentral"
key = "KEY"

[caps]
run = 10.0
"""
"""One large model in one place."""


class Replying:
    """A model that answers from a function of the prompt; it keeps the prompts."""

    def __init__(self, reply: Callable[[Prompt], Response | str] = lambda prompt: "{}") -> None:
        self.reply = reply
        self.prompts: list[Prompt] = []

    async def complete(self, prompt: Prompt, *, heard: Heard | None = None) -> Response:
        """What the function says; a text is a reply that took ten tokens."""
        self.prompts.append(prompt)
        made = self.reply(prompt)
        if isinstance(made, Response):
            return made
        return Response(ending=Ending.OK, text=made, model="big", usage=Usage(input_tokens=10, output_tokens=10))


def reasoning_of(
    models: Model | Mapping[str, Model],
    *,
    store: Store,
    clock: Clock,
    file: str | ModelsFile = FILE,
    inference: Inference | None = None,
    **fields: Any,
) -> Reasoning:
    """Models, and what governs them. One model answers at all endpoints."""
    known = load(file, origin="models.toml") if isinstance(file, str) else file
    by_name = models if isinstance(models, Mapping) else {endpoint.name: models for endpoint in known.endpoints}
    book = Book(store, "t", clock, currency=known.caps.currency)
    return Reasoning(models=by_name, file=known, breakers=Breakers(), book=book, inference=inference, **fields)
