"""What the activities work with: a frozen bundle of ports and plugins, composed once by `fusion.runtime`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fusion.agent import Agent
from fusion.budget.book import Book
from fusion.check import Check, Host
from fusion.controls.catalogue import Catalogue
from fusion.evidence.analyzer import Analyzer
from fusion.evidence.examiner import Examiner
from fusion.model import Request
from fusion.model.compliance import Scan
from fusion.model.posture import Unknown
from fusion.plugins import Loaded
from fusion.policy import Policy
from fusion.ports import AppAccess, Blobs, Clock, Conversation, Forge, Hub, Inference, Model, Place, Queue, Recordings, Store
from fusion.ports.compliance import Advisories, Anchor, History, Settings, Signer
from fusion.ports.telemetry import OFF, Telemetry
from fusion.progress import Listener, nobody
from fusion.routing.catalogue import ModelsFile
from fusion.routing.health import Breakers
from fusion.scanning.wanted import Wanted

if TYPE_CHECKING:
    from fusion.attesting.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoning:
    """The models that this host may ask, and what governs them."""

    models: Mapping[str, Model]
    """By endpoint; those that the worker serves are asked through `inference`."""
    file: ModelsFile
    breakers: Breakers
    book: Book
    inference: Inference | None = None
    recordings: Recordings | None = None
    """What workers recorded of their accelerators; None without a worker."""
    parallel: int = 8
    """Calls to the cloud under way at the same time."""
    patience: float = 900.0
    """Seconds that a job may wait for a worker to start and to be free, beside its own limit."""
    waits: float = 300.0
    """Seconds that one thought waits at most until an endpoint may be asked again; with a person at the terminal the next."""
    person_waits: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """What scans work with, beside what reviews have."""

    settings: Callable[[Wanted], Settings]
    """Where a repository's settings and tree are read."""
    checks: Sequence[Check]
    broken: Mapping[str, str] = field(default_factory=dict)
    """Checks that could not be loaded, and why."""
    catalogues: Sequence[Catalogue] = ()
    history: Callable[[Wanted], History | None] = lambda _: None
    """Where the commits of a repository are read; None: its commits are not at hand."""
    advisories: Advisories | None = None
    """None: no mirror of advisories is configured, and what needs one is not assessed."""
    host: Host | Unknown = Unknown(why="Nothing is known of the deployment.")  # noqa: RUF009 - frozen
    repositories: Callable[[str], Awaitable[Sequence[str]]] | None = None
    """The repositories of an account, where it is no installation that names them."""
    filing: Callable[[Place, Scan, Policy], Awaitable[str]] | None = None
    """Keeps a repository's issues as its policy says, and tells in a sentence what was done. None: none are kept from here."""
    signer: Signer | None = None
    """None: scans are recorded and not sealed."""
    anchors: Sequence[Anchor] = ()
    scheduled: bool = True
    """Whether this host looks for scans that are due (FUSION_SCANS)."""


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
    examiner: Examiner | None
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
    compliance: Compliance | None = None
    """None: this host scans nothing."""
    ledger: Ledger | None = None
    """Where reviews of pull requests are sealed. None: they are recorded alone."""
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
    telemetry: Telemetry = OFF
