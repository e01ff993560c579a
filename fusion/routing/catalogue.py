"""Which models there are, what they cost and how well they do; which endpoints the host has; what it may spend.

The operator's models file (FUSION_MODELS names it) is TOML and lies over the catalogue that is shipped, `catalogue.toml`: a key
of the operator's replaces the shipped one, what it leaves out stays. Prices and figures are data with a date and a source.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from fusion.errors import PolicyError, UserError
from fusion.model import Record, Work
from fusion.routing import addresses
from fusion.routing.tables import Tables, nearest

LARGEST = 1_000_000
"""Characters of a models file."""

FOUND_BY_MODELS = (Work.TRIAGE, Work.REVIEW, Work.VERIFY, Work.FIX)
"""Works that decide what is found, shown or changed: no figure on record, no routing."""
_ROOM = (4_000, 24_000)
"""Least and most tokens of a brief: about 100 and 600 lines of code."""
_BESIDE = 14_000
"""Tokens that a prompt has beside its brief: instructions, schema, reply."""
_MILLION = 1_000_000


class Price(Record):
    """What a model costs, as its seller said at a date."""

    input: float = Field(default=0.0, ge=0)
    """Money per million tokens of a prompt."""
    cached: float | None = Field(default=None, ge=0)
    """Money per million tokens of a prompt that the other side had cached; left out: as any other."""
    output: float = Field(default=0.0, ge=0)
    """Money per million tokens of a reply, thoughts included."""
    second: float = Field(default=0.0, ge=0)
    """Money per second of the machine: what the accelerator of a worker costs. 0 where tokens are paid for."""
    currency: str = Field(default="USD", pattern="^[A-Z]{3}$")
    date: datetime.date
    """When the price was read."""
    source: str = Field(min_length=1)
    """Where it was read."""

    def of(self, *, input_tokens: int, output_tokens: int, cached_tokens: int = 0, seconds: float = 0.0) -> float:
        """Money for one call. `cached_tokens` are among the input tokens."""
        cached = self.input if self.cached is None else self.cached
        fresh = max(input_tokens - cached_tokens, 0)
        return (fresh * self.input + cached_tokens * cached + output_tokens * self.output) / _MILLION + seconds * self.second


class Figure(Record):
    """How well a model did a work, as somebody measured."""

    metric: str = Field(min_length=1)
    """`f1`, `accuracy`, ..."""
    value: float = Field(ge=0, le=1)
    chance: float = Field(default=0.0, ge=0, le=1)
    """What guessing scores there. A value that is no better does not count."""
    dataset: str = Field(min_length=1)
    date: datetime.date
    source: str = Field(min_length=1)
    """Who measured: `fusion eval review` on this host, or where it was published."""
    published: bool = False
    """Others measured it, in their way; it counts, and is shown as such."""

    @property
    def counts(self) -> bool:
        """Whether it shows more than guessing."""
        return self.value > self.chance


class ModelCard(Record):
    """What is known about a model, wherever it runs."""

    name: str = ""
    """As endpoints refer to it: the name of its table."""
    size: Literal["large", "small", "embedding"]
    """large: for hard works; small: for cheap works; embedding: makes vectors and is never asked."""
    context: int = Field(ge=1)
    """Tokens of prompt and reply together."""
    output: int = Field(ge=0)
    """Tokens of a reply at most."""
    price: Price | None = None
    """None: not known. A call in the cloud is then never made, since its cost cannot be quoted; a local one costs nothing."""
    quantisation: str = ""
    """As `Q4_K_M`; empty: as it was published, or the seller does not say."""
    tokens_per_byte: float = Field(default=1.0, gt=0, le=1)
    """Upper bound: byte-level tokenizers never make more tokens than there are bytes."""
    works: tuple[Work, ...] = tuple(Work)
    """What it may be asked at all."""
    figures: dict[Work, Figure] = Field(default_factory=dict)
    """How well it did each work."""
    temperature: bool = True
    """It takes a temperature; models that think refuse one."""
    max_completion_tokens: bool = False
    """It wants the limit of a reply under this name instead of `max_tokens`."""
    structured: bool = True
    """It takes a JSON schema for its reply."""
    trial: bool = False
    """It is being evaluated: asked without figures. Not for reviews that people read."""
    note: str = ""
    """What else one should know."""

    def figure(self, work: Work) -> Figure | None:
        """The figure that lets it do the work. One for `review` stands for `verify` and `triage` where they have none."""
        if work not in self.figures and work in (Work.VERIFY, Work.TRIAGE):
            return self.figures.get(Work.REVIEW)
        return self.figures.get(work)


def may_do(card: ModelCard, work: Work) -> str:
    """Why a model is not asked to do a work, as half a sentence; empty when it is."""
    if card.size == "embedding":
        return f"{card.name} makes vectors and answers no prompts"
    if work not in card.works:
        return f"{card.name} is not asked to {work}"
    figure = card.figure(work)
    if card.trial:
        return ""
    if figure is None:
        return f"there is no figure on record for how well {card.name} does {work}" if work in FOUND_BY_MODELS else ""
    if not figure.counts:
        return f"{card.name} was no better than guessing at {work} on {figure.dataset}"
    return ""


Visibility = Literal["public", "private", "internal", "local"]


class Endpoint(Record):
    """One place that answers prompts."""

    name: str = ""
    """As receipts call it: the name of its table."""
    kind: Literal["openai", "inference", "worker", "exchange"]
    """openai: an OpenAI-compatible API, AI Foundry's `/openai/v1/` among them; inference: Azure AI Inference; worker: the
    inference worker, by its queue; exchange: a folder of requests and replies."""
    address: str = ""
    """Base URL, or of an exchange the folder; a worker has none."""
    deployment: str = ""
    """What the other side calls the model; empty: as the catalogue does."""
    model: str
    """Which card of the catalogue it is."""
    region: str = ""
    """Where prompts are worked on. A deployment that may work on them anywhere is in `global`."""
    local: bool = False
    """Its bytes stay on the operator's own machines."""
    local_reason: str = ""
    """Why that is so, where the address does not show it."""
    key: str = ""
    """Name of the environment variable with the key; empty: Entra ID signs in at Azure, elsewhere nobody does."""
    roles: tuple[Work, ...] = tuple(Work)
    """What it is asked."""
    visibility: tuple[Visibility, ...] = ()
    """Repositories it is asked about, by visibility; empty: all."""
    temperature: bool = True
    max_completion_tokens: bool = False
    structured: bool = True
    """What it takes, as in the model's card, where it differs from it."""

    @property
    def sign_in(self) -> Literal["key", "entra", "none"]:
        """How to sign in. A token of Entra ID is shown to Azure's own hosts alone."""
        if self.key:
            return "key"
        return "entra" if addresses.is_azure(self.address) else "none"

    @property
    def route_kind(self) -> Literal["cloud", "worker"]:
        """Whether a call is an activity or a job of the worker."""
        return "worker" if self.kind == "worker" else "cloud"

    @property
    def asked_for(self) -> str:
        """What to call the model there."""
        return self.deployment or self.model


class HostCaps(Record):
    """Money that the host spends at most; each is a hard limit, and of these and a repository's own the lower one counts."""

    currency: str = Field(default="USD", pattern="^[A-Z]{3}$")
    run: float = Field(default=3.0, ge=0)
    """For one review."""
    pull: float = Field(default=10.0, ge=0)
    """For all reviews of one pull request."""
    repository: float = Field(default=100.0, ge=0)
    """For all reviews of one repository in a month (UTC)."""
    month: float = Field(default=300.0, ge=0)
    """For everything in a month (UTC)."""


class Worker(Record):
    """How the host waits for the inference worker."""

    patience: float = Field(default=900.0, ge=1, le=86_400)
    """Seconds that a job may wait for a worker to start and to be free, beside the prompt's own limit; then the call goes
    another way."""


class ModelsFile(Record):
    """The host's endpoints in the order of preference, the models known, the host's caps."""

    endpoints: tuple[Endpoint, ...] = ()
    models: dict[str, ModelCard] = Field(default_factory=dict)
    caps: HostCaps = HostCaps()
    worker: Worker = Worker()

    @property
    def has_worker(self) -> bool:
        """Whether any endpoint is served by the inference worker."""
        return any(endpoint.kind == "worker" for endpoint in self.endpoints)

    def endpoint(self, name: str) -> Endpoint | None:
        """The endpoint of that name."""
        return next((endpoint for endpoint in self.endpoints if endpoint.name == name), None)

    def card(self, endpoint: Endpoint) -> ModelCard:
        """The card of an endpoint's model; `load` sees to it that there is one."""
        return self.models[endpoint.model]

    @property
    def digest(self) -> str:
        """`sha256:` and 64 hex digits over all of it, for provenance."""
        return f"sha256:{hashlib.sha256(self.model_dump_json().encode('utf-8', 'surrogatepass')).hexdigest()}"


def room(models: ModelsFile) -> int:
    """Tokens (as the bound counts them) that a brief may have, so that each endpoint that may review takes it."""
    contexts = [
        models.card(endpoint).context
        for endpoint in models.endpoints
        if Work.REVIEW in endpoint.roles and not may_do(models.card(endpoint), Work.REVIEW)
    ]
    least, most = _ROOM
    return max(least, min(most, min(contexts, default=most) - _BESIDE))


def shipped() -> ModelsFile:
    """The catalogue as it comes: models, no endpoints."""
    return load("", origin="catalogue.toml")


def read(path: Path | None) -> ModelsFile:
    """The models file at that path over the catalogue; None: the catalogue alone. Raises UserError."""
    if path is None:
        return shipped()
    try:
        if path.exists() and not path.is_file():
            # A pipe or a device may have no end.
            raise UserError(f"{path} (FUSION_MODELS) is a folder, a pipe or a device; a models file is a plain file.")
        if path.stat().st_size > 4 * LARGEST:
            raise PolicyError(f"{path}: the file has {path.stat().st_size:,} bytes; a models file has a few thousand.")
        return load(path.read_text("utf-8-sig"), origin=str(path))
    except UnicodeDecodeError:
        raise PolicyError(f"{path}: the file is not UTF-8.") from None
    except OSError as error:
        raise UserError(f"The models file {path} (FUSION_MODELS) cannot be read: {error.strerror or error}.") from None


def exchanged(folder: Path) -> ModelsFile:
    """One endpoint that answers everything through a folder, for a model that is evaluated and that another process reaches."""
    price = Price(date=datetime.date(2026, 11, 22), source="whoever answers an exchange bills nobody")
    name = "exchange"
    card = ModelCard(name=name, size="large", context=1_000_000, output=100_000, price=price, trial=True)
    endpoint = Endpoint(name=name, kind="exchange", address=str(folder.absolute()), model=name)
    return ModelsFile(endpoints=(endpoint,), models={name: card})


def load(text: str, *, origin: str) -> ModelsFile:
    """A models file over the shipped catalogue. `origin` names it in errors.

    Raises PolicyError, one sentence with line, key and what belongs there.
    """
    tables = Tables(text, origin=origin, largest=LARGEST)
    top = tables.top(("endpoints", "models", "caps", "worker"))
    given = {name: tables.partial(table, ModelCard, ("models", name)) for name, table in tables.named(top, "models")}
    models: dict[str, ModelCard] = {}
    for name in [*_shipped(), *(name for name in given if name not in _shipped())]:
        merged = _over(_shipped().get(name, {}), given.get(name, {}))
        models[name] = tables.record({**merged, "name": name}, ModelCard, ("models", name))
    caps = tables.record(tables.partial(top.get("caps", {}), HostCaps, ("caps",)), HostCaps, ("caps",))
    worker = tables.record(tables.partial(top.get("worker", {}), Worker, ("worker",)), Worker, ("worker",))
    endpoints: list[Endpoint] = []
    for name, table in tables.named(top, "endpoints"):
        where = ("endpoints", name)
        values = tables.partial(table, Endpoint, where)
        card = models.get(values.get("model", ""))
        switches = {key: getattr(card, key) for key in ("temperature", "max_completion_tokens", "structured")} if card else {}
        endpoint = tables.record({**switches, **values, "name": name}, Endpoint, where)
        _check(tables, endpoint, models, caps)
        if twin := next((other.name for other in endpoints if other.name.casefold() == name.casefold()), None):
            tables.refuse(where, f"there is an endpoint `{twin}` already, and names must differ by more than capitals")
        endpoints.append(endpoint)
    return ModelsFile(endpoints=tuple(endpoints), models=models, caps=caps, worker=worker)


@cache
def _shipped() -> dict[str, dict[str, Any]]:
    text = (files("fusion.routing") / "catalogue.toml").read_text("utf-8")
    tables = Tables(text, origin="catalogue.toml", largest=LARGEST)
    top = tables.top(("models",))
    return {name: tables.partial(table, ModelCard, ("models", name)) for name, table in tables.named(top, "models")}


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """The two merged, key by key; a figure or a price that is given anew replaces the old one as a whole."""
    merged = {**below, **above}
    merged["figures"] = {**below.get("figures", {}), **above.get("figures", {})}
    return merged


_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _check(tables: Tables, endpoint: Endpoint, models: dict[str, ModelCard], caps: HostCaps) -> None:
    where = ("endpoints", endpoint.name)
    card = models.get(endpoint.model)
    if card is None:
        tables.refuse(
            (*where, "model"),
            f'there is no model `{endpoint.model}` in the catalogue, and no table [models."{endpoint.model}"] describes it;'
            f" {nearest(endpoint.model, models)}",
        )
    assert card is not None
    if endpoint.key and not _VARIABLE.fullmatch(endpoint.key):
        # What stands there may be the key itself: it is not repeated.
        tables.refuse((*where, "key"), "`key` is the name of an environment variable that holds the key, not the key itself")
    if mistake := addresses.mistake(endpoint.kind, endpoint.address):
        tables.refuse((*where, "address"), mistake)
    if endpoint.local and (mistake := addresses.not_local(endpoint.kind, endpoint.address, endpoint.local_reason)):
        tables.refuse((*where, "local"), mistake)
    if card.price is not None and card.price.currency != caps.currency:
        tables.refuse(
            (*where, "model"),
            f"the price of {endpoint.model} is in {card.price.currency} and `caps.currency` is {caps.currency}; give the price"
            f' in {caps.currency} under [models."{endpoint.model}".price]',
        )
