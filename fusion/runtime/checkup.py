"""What this installation depends on where it works on Azure, each looked at from here (`fusion doctor --azure`)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import chain
from urllib.parse import urlsplit

from fusion.contradictions import contradictions
from fusion.errors import FusionError, UserError, installing
from fusion.ports.checkup import Standing, Told, mend, ready, skipped
from fusion.routing import catalogue
from fusion.routing.addresses import is_loopback
from fusion.runtime.app import introduce
from fusion.runtime.evidence import evidence_service
from fusion.runtime.models import is_installed, unanswered
from fusion.settings import Settings

Look = Awaitable[Sequence[Told]]
ANCHORS = "evidence-anchors"
"""The container of anchors where FUSION_ANCHOR is a connection string, and so names none."""
_REFERENCE = "@Microsoft.KeyVault("
_APP = "WEBSITE_SITE_NAME"
_NAMED = ("FUSION_", "GITHUB_", "APPLICATIONINSIGHTS_", "OTEL_")


async def checkup(settings: Settings, environ: Mapping[str, str] = os.environ) -> Sequence[Told]:
    """Every dependency, one line or more each. Raises UserError where nothing of Azure is configured."""
    if not any(
        (settings.servicebus, settings.cosmos, settings.blobs, settings.scheduler, settings.evidence_key.startswith("http"))
    ):
        raise UserError(
            "Nothing of Azure is configured here: set FUSION_SERVICEBUS, FUSION_COSMOS and FUSION_BLOBS to what the Function"
            " App or the container app has (docs/azure.md), and run it again."
        )
    from fusion.adapters.azure.checkup.who import who

    models = _file(settings)
    references = _references(environ)
    # First, so that each command below names who needs the role.
    signed = await who(needed=_signs_in(settings, models, references), environ=environ)
    looks = [
        *_clock(settings, references),
        *_bus(settings, models),
        *_stores(settings, models),
        *_vault(settings, environ, references),
        _models(models),
        _evidence(settings),
        *_hub(settings),
        *_telemetry(settings),
        _app(settings),
    ]
    told = await asyncio.gather(*looks)
    return [*contradictions(settings, environ), *signed, *chain.from_iterable(told)]


def _file(settings: Settings) -> catalogue.ModelsFile | str:
    """The models file, or why there is none."""
    if settings.models is None:
        return "FUSION_MODELS is not set: no model is asked."
    try:
        return catalogue.read(settings.models)
    except UserError as error:
        return str(error)


def _references(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Settings that still refer to Key Vault, and to which secret."""
    from fusion.adapters.azure.checkup.vault import referred

    named = {name: environ[name] for name in sorted(environ) if name.startswith(_NAMED)}
    return {name: referred(value) for name, value in named.items() if value.startswith(_REFERENCE)}


def _addresses(settings: Settings) -> Iterator[str]:
    """What stands in the settings without a key of its own."""
    for value in (settings.servicebus, settings.cosmos, settings.blobs):
        text = value.get_secret_value() if value is not None else ""
        if text and ("=" not in text or "://" in text.partition("=")[0]):
            yield text if "://" in text else f"https://{text}"


def _signs_in(settings: Settings, models: catalogue.ModelsFile | str, references: Mapping[str, str]) -> bool:
    entra = not isinstance(models, str) and any(one.sign_in == "entra" for one in models.endpoints)
    pool = bool(settings.evidence_service) and settings.evidence_token is None and not is_loopback(settings.evidence_service)
    more = (settings.application_insights_sign_in, settings.evidence_key.startswith("https"), entra, pool, references)
    return any(_addresses(settings)) or any(more) or settings.scheduler.startswith("https")


def _clock(settings: Settings, references: Mapping[str, str]) -> Iterator[Look]:
    from fusion.adapters.azure.checkup.clocks import clock

    vaults = [address for address in (settings.evidence_key, *references.values()) if address.startswith("http")]
    asked = [*_addresses(settings), settings.github_api, *vaults]
    yield clock(list(dict.fromkeys(f"{parts.scheme}://{parts.netloc}/" for parts in map(urlsplit, asked))))


def _bus(settings: Settings, models: catalogue.ModelsFile | str) -> Iterator[Look]:
    if settings.servicebus is None:
        yield _skip("service bus", "queues", "FUSION_SERVICEBUS is not set: a queue in the state folder.")
        return
    from fusion.adapters.azure.checkup.bus import queues
    from fusion.adapters.azure.checkup.queues import DELIVERIES, JOBS

    jobs = JOBS if not isinstance(models, str) and models.has_worker else ()
    yield queues(settings.servicebus.get_secret_value(), [*DELIVERIES, *jobs])


def _stores(settings: Settings, models: catalogue.ModelsFile | str) -> Iterator[Look]:
    from fusion.adapters.azure.checkup import contents, records

    if settings.cosmos is None:
        yield _skip("cosmos db", "records", "FUSION_COSMOS is not set: a file in the state folder.")
    else:
        yield records.records(settings.cosmos.get_secret_value(), tenant=settings.tenant)
    if settings.blobs is None:
        yield _skip("blob storage", "blobs", "FUSION_BLOBS is not set: files in the state folder.")
    else:
        worker = not isinstance(models, str) and models.has_worker
        names = ["blobs", *(["answers", "utilisation"] if worker else [])]
        yield contents.contents(settings.blobs.get_secret_value(), names)
    for anchor in settings.anchor.get_secret_value().split() if settings.anchor else ():
        kind, _, rest = anchor.partition("+")
        if kind == "blob":
            account, _, container = rest.rstrip("/").rpartition("/")
            named = rest.startswith("http") and account.count("/") >= 2
            yield contents.anchors(account if named else rest, container if named else ANCHORS)


def _vault(settings: Settings, environ: Mapping[str, str], references: Mapping[str, str]) -> Iterator[Look]:
    from fusion.adapters.azure.checkup import vault

    if settings.evidence_key.startswith("http"):
        yield vault.key(settings.evidence_key)
    for name, address in references.items():
        yield vault.secret(name, address, on_azure=_APP in environ)


async def _models(models: catalogue.ModelsFile | str) -> Sequence[Told]:
    from fusion.routing.readiness import readiness

    if isinstance(models, str):
        return [(skipped if models.startswith("FUSION_MODELS is not set") else mend)("models", "file", models)]
    away = await unanswered(models)
    today = datetime.now(UTC).date()
    found = readiness(models, os.environ, kernel=is_installed(), today=today, unanswered=away)
    return [(ready if one.ready else mend)("model", one.endpoint.name, one.detail) for one in found]


async def _evidence(settings: Settings) -> Sequence[Told]:
    if not settings.evidence_service:
        said = "FUSION_EVIDENCE_SERVICE is not set: beside this app's identities no analyzer runs, and the receipt says so."
        return [skipped("evidence", "service", said)]
    try:
        found = await evidence_service(settings)
    except FusionError as error:
        found = str(error)
    if isinstance(found, str):
        return [mend("evidence", "service", found)]
    detail = f"{len(found.tools)} analyzers of Fusion {found.fusion}; {found.isolation}"
    return [ready("evidence", "service", detail)]


def _hub(settings: Settings) -> Iterator[Look]:
    if settings.scheduler and find_spec("durabletask.azuremanaged") is None:
        missing = f"durabletask-azuremanaged is not installed: {installing('azure')}."
        yield _skip("scheduler", settings.taskhub, missing, Standing.MEND)
    elif settings.scheduler:
        from fusion.adapters.azure.checkup.hub import hub

        yield hub(settings.scheduler, settings.taskhub)


def _telemetry(settings: Settings) -> Iterator[Look]:
    if settings.application_insights is None and not settings.otlp_endpoint:
        yield _skip("telemetry", "exporters", "Neither Application Insights nor a collector is configured.")
        return
    from fusion.adapters.azure.checkup import sight

    if settings.application_insights is not None:
        yield sight.insights(settings.application_insights.get_secret_value(), settings.application_insights_sign_in)
    if settings.otlp_endpoint and find_spec("opentelemetry.sdk") is None:
        yield _skip("telemetry", "collector", f"OpenTelemetry is not installed: {installing('telemetry')}.", Standing.MEND)
    elif settings.otlp_endpoint:
        from fusion.adapters.telemetry.otlp import headers

        given = settings.otlp_headers.get_secret_value() if settings.otlp_headers else ""
        try:
            yield sight.collector(settings.otlp_endpoint, headers(given))
        except UserError as error:
            yield _skip("telemetry", "collector", str(error), Standing.MEND)


async def _app(settings: Settings) -> Sequence[Told]:
    if settings.missing_for_bot:
        said = "The GitHub App is not configured: this is the reviewer alone."
        return [skipped("github", "app", said)]
    if settings.github_key is not None and settings.github_key.get_secret_value().startswith(_REFERENCE):
        said = "FUSION_GITHUB_KEY is a reference to Key Vault here: only the app itself can ask GitHub."
        return [skipped("github", "app", said)]
    try:
        slug, installations = await introduce(settings)
    except FusionError as error:
        return [Told(part="github", name="app", standing=Standing.MEND, detail=str(error))]
    count = len(installations)
    standing = Standing.READY if count else Standing.MEND
    said = f"{slug}, installed {count} time{'' if count == 1 else 's'}{'' if count else ': install it on GitHub'}"
    return [Told(part="github", name="app", standing=standing, detail=said)]


async def _skip(part: str, name: str, detail: str, standing: Standing = Standing.SKIPPED) -> Sequence[Told]:
    return [Told(part=part, name=name, standing=standing, detail=detail)]
