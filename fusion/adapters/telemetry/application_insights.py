"""Application Insights: spans and metrics by Azure Monitor's own exporter, which is told to do that and nothing else.

It would by itself count how it is used and tell Microsoft, let a remote service switch its features, keep what it could not
send in files, and retry for minutes: all that is off, the first two by the only way there is, its environment variables.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from opentelemetry.sdk.metrics.export import MetricExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from fusion import __version__
from fusion.adapters.telemetry.outbox import Sending
from fusion.errors import UserError
from fusion.ports.telemetry import Record

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

_SCOPE = InstrumentationScope("fusion", __version__)

_OFF = (
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED",
    "APPLICATIONINSIGHTS_OPENTELEMETRY_RESOURCE_METRIC_DISABLED",
)
PATIENCE = 10.0
"""Seconds that the service may be silent."""


def credential(text: str) -> TokenCredential | None:
    """What APPLICATIONINSIGHTS_AUTHENTICATION_STRING asks to sign in with; None: the connection string's key is enough.

    Raises UserError where it is of another form.
    """
    if not text.strip():
        return None
    pairs = {name.strip().lower(): value.strip() for name, _, value in (part.partition("=") for part in text.split(";"))}
    if pairs.get("authorization", "").upper() != "AAD":
        raise UserError("APPLICATIONINSIGHTS_AUTHENTICATION_STRING takes Authorization=AAD, and ;ClientId=ID behind it.")
    from fusion.adapters.azure.credentials import signed_in_here

    return signed_in_here(client=pairs.get("clientid", ""))


def readable(span: Record, resource: Resource) -> ReadableSpan:
    """A span as the SDK's exporters take it."""

    def place(id: str, *, is_remote: bool) -> SpanContext:
        return SpanContext(int(span.trace, 16), int(id, 16), is_remote, TraceFlags(TraceFlags.SAMPLED))

    return ReadableSpan(
        span.name,
        place(span.id, is_remote=False),
        place(span.parent, is_remote=True) if span.parent else None,
        resource,
        span.attributes,
        kind=SpanKind[span.kind.upper()],
        status=Status(StatusCode.ERROR, span.failure) if span.failure else Status(),
        start_time=span.start,
        end_time=span.end,
        instrumentation_scope=_SCOPE,
    )


def spans(
    connection: str, credential: TokenCredential | None, about: Mapping[str, str]
) -> Callable[[Sequence[Record]], Sending]:
    """What sends spans of the resource `about` there. Raises UserError for a connection string of another form."""
    _alone()
    from azure.monitor.opentelemetry.exporter import AzureMonitorTraceExporter

    resource = Resource(about)

    try:
        exporter = AzureMonitorTraceExporter(
            connection_string=connection,
            credential=credential,
            tracer_provider=TracerProvider(resource=resource, shutdown_on_exit=False),
            disable_offline_storage=True,
            timeout=PATIENCE,
            retry_total=0,
        )
    except ValueError as error:
        raise UserError(f"APPLICATIONINSIGHTS_CONNECTION_STRING is not usable: {error}.") from None

    def send(batch: Sequence[Record]) -> Sending:
        # It tells failures that may pass from others in its log alone; the outbox tries so often and no more.
        return (
            Sending.DONE
            if exporter.export([readable(span, resource) for span in batch]) is SpanExportResult.SUCCESS
            else Sending.AGAIN
        )

    return send


def metrics(connection: str, credential: TokenCredential | None) -> MetricExporter:
    """What sends metrics there."""
    _alone()
    from azure.monitor.opentelemetry.exporter import AzureMonitorMetricExporter

    return AzureMonitorMetricExporter(
        connection_string=connection, credential=credential, disable_offline_storage=True, timeout=PATIENCE, retry_total=0
    )


def _alone() -> None:
    for name in _OFF:
        os.environ.setdefault(name, "true")
