"""What the activities work with: a frozen bundle of ports and plugins, composed once by `fusion.runtime`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fusion.agent import Agent
from fusion.budget.book import Book
from fusion.evidence.analyzer import Analyzer
from fusion.evidence.sandbox import Sandbox
from fusion.model import Request
from fusion.plugins import Loaded
from fusion.ports import AppAccess, Blobs, Clock, Conversation, Forge, Hub, Inference, Model, Queue, Store
from fusion.progress import Listener, nobody
from fusion.routing.catalogue import ModelsFile
from fusion.routing.health import Breakers


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoning:
    """The models that this host may ask, and what governs them."""

    models: Mapping[str, Model]
    """By endpoint; those that the worker serves are asked through `inference`."""
    file: ModelsFile
    breakers: Breakers
    book: Book
    inference: Inference | None = None
    parallel: int = 8
    """Calls to the cloud under way at the same time."""
    patience: float = 900.0
    """Seconds that a job may wait for a worker to start and to be free, beside its own limit."""
    waits: float = 300.0
    """Seconds that one thought waits at most until an endpoint may be asked again; with a person at the terminal the next."""
    person_waits: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Ports, plugins and the host's own limits. Nothing in it comes from a repository that is reviewed."""

    tenant: str
    clock: Clock
    blobs: Blobs
    store: Store
    forge: Callable[[Request], Forge]
    """The forge that can serve a request."""
    analyzers: Loaded[Analyzer]
    agents: Loaded[Agent]
    sandbox: Sandbox | None
    """None: this host runs no analyzers; each is on the receipt as skipped."""
    reasoning: Reasoning | None = None
    """None: no model is configured; the review is made from evidence and fixed rules, and says so."""
    models_off: str = ""
    """Who switched the models off for this run, as the receipt says it (`--no-models`); empty: nobody."""
    conversation: Conversation | None = None
    """None, as `hub`, `app` and `queue`: this host has no GitHub App, and nothing is published."""
    hub: Hub | None = None
    app: AppAccess | None = None
    queue: Queue | None = None
    slug: str = ""
    """The App's name, by which people mention it."""
    signing_key: bytes = b""
    """Signs the hidden markers by which Fusion knows its own comments."""
    older_keys: tuple[bytes, ...] = ()
    """What signed them before the key was replaced."""
    quota: int = 30
    """Commands that one person may give in an hour."""
    parallel: int = 3
    """Analyzers at work at the same time."""
    listen: Listener = nobody
