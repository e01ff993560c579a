"""What a host sees with, as its settings ask for it: Application Insights, a collector by OTLP, both, or nobody."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import platform
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fusion import __version__
from fusion.errors import UserError, installing
from fusion.ports.telemetry import OFF, Telemetry
from fusion.settings import Settings
from fusion.telemetry.metering import Fan
from fusion.telemetry.metrics import METRICS
from fusion.telemetry.spans import Tracer

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import MetricExporter

log = logging.getLogger("fusion.telemetry")

PARTING = 2.0
"""Seconds that the last spans and measurements have to leave when a host ends."""
EVERY = 60.0
"""Seconds between two exports of metrics."""


@asynccontextmanager
async def telemetry(settings: Settings) -> AsyncIterator[Telemetry]:
    """Tracer and meter of this host, until it ends; then what is left has two seconds to leave.

    Raises UserError for settings of no use, or where the packages are not installed.
    """
    if not settings.otlp_endpoint and settings.application_insights is None:
        yield OFF
        return
    _installed(settings)
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
    from opentelemetry.sdk.resources import Resource

    from fusion.adapters.telemetry import otlp, outbox
    from fusion.adapters.telemetry.meters import OTelMeter

    about = _about(settings)
    boxes: list[outbox.Outbox] = []
    exporters: list[MetricExporter] = []
    with contextlib.ExitStack() as opened:
        if settings.otlp_endpoint:
            given = settings.otlp_headers.get_secret_value() if settings.otlp_headers else ""
            collector = otlp.Collector(settings.otlp_endpoint, headers=otlp.headers(given), about=about)
            opened.callback(collector.close)
            boxes.append(outbox.Outbox(collector.send, name=collector.host))
            exporters.append(otlp.Metrics(collector))
        if settings.application_insights is not None:
            from fusion.adapters.telemetry import application_insights as insights

            connection = settings.application_insights.get_secret_value()
            credential = insights.credential(settings.application_insights_sign_in)
            boxes.append(outbox.Outbox(insights.spans(connection, credential, about), name="Application Insights"))
            exporters.append(insights.metrics(connection, credential))
        readers = [PeriodicExportingMetricReader(each, export_interval_millis=EVERY * 1000) for each in exporters]
        measures = MeterProvider(readers, resource=Resource(about), shutdown_on_exit=False)
        try:
            yield Telemetry(
                tracer=Tracer([box.put for box in boxes], ratio=settings.trace_ratio),
                meter=Fan(OTelMeter(measures, METRICS.values())),
                content=settings.telemetry_content == "on",
            )
        finally:
            # Beside each other: the slower of the two says how long it takes. A reader that cannot end raises, and the work is
            # done by then.
            for lost in await asyncio.gather(
                asyncio.to_thread(outbox.close, boxes, PARTING),
                asyncio.to_thread(measures.shutdown, timeout_millis=PARTING * 1000),
                return_exceptions=True,
            ):
                if isinstance(lost, Exception):
                    log.debug("the last measurements are lost: %s", lost)


def _installed(settings: Settings) -> None:
    """Raises UserError: the packages that the settings need are not installed."""
    asked = "OTEL_EXPORTER_OTLP_ENDPOINT" if settings.otlp_endpoint else "APPLICATIONINSIGHTS_CONNECTION_STRING"
    extra, needed = "telemetry", ["opentelemetry", "opentelemetry.sdk", "opentelemetry.proto"]
    if settings.application_insights is not None:
        asked, extra = "APPLICATIONINSIGHTS_CONNECTION_STRING", "azure"
        needed += ["azure", "azure.monitor", "azure.monitor.opentelemetry", "azure.monitor.opentelemetry.exporter"]
    if any(importlib.util.find_spec(name) is None for name in needed):
        raise UserError(f"{asked} is set, and its packages are not installed: {installing(extra)}, or unset it.")


def _about(settings: Settings) -> dict[str, str]:
    """The resource, as OpenTelemetry's conventions name what a host is."""
    about = {
        "service.name": settings.service_name,
        "service.version": __version__,
        "service.instance.id": platform.node(),
        "telemetry.sdk.name": "fusion",
        "telemetry.sdk.language": "python",
    }
    return {name: value for name, value in about.items() if value}
