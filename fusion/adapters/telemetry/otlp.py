"""OTLP over HTTP: spans and metrics to a collector (https://opentelemetry.io/docs/specs/otlp/#otlphttp).

Nothing of an answer but its status is read: a collector that answers without end keeps nobody busy.
"""

from __future__ import annotations

import gzip
import logging
import urllib.parse
from collections.abc import Mapping, Sequence

import httpx
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult, MetricsData

from fusion.adapters.telemetry import encoding
from fusion.adapters.telemetry.outbox import Sending
from fusion.errors import UserError
from fusion.ports.telemetry import Record

log = logging.getLogger("fusion.telemetry")

PATIENCE = 10.0
"""Seconds that a collector may be silent."""
_LATER = frozenset({429, 502, 503, 504})
"""The statuses after which the same request may be sent again, as the specification lists them."""


def headers(text: str) -> Mapping[str, str]:
    """OTEL_EXPORTER_OTLP_HEADERS: `name=value`, divided by commas, percent-encoded. Raises UserError, which shows no value."""
    found = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = pair.partition("=")
        name, value = name.strip(), urllib.parse.unquote(value.strip())
        named = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
        if not equals or not named or not value.isascii() or not value.isprintable():
            raise UserError("OTEL_EXPORTER_OTLP_HEADERS takes name=value, several divided by commas.")
        found[name.lower()] = value
    return found


class Collector:
    """A collector at an address, for spans (`send`) and for metrics (`Metrics`)."""

    def __init__(
        self,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        about: Mapping[str, str] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """`about`: the resource whose spans are sent. Raises UserError for what is no address."""
        self._address = address.rstrip("/")
        try:
            httpx.URL(self._address)
        except httpx.InvalidURL:
            raise UserError("OTEL_EXPORTER_OTLP_ENDPOINT is not usable: it is no address.") from None
        self._about = dict(about or {})
        self._client = httpx.Client(headers=dict(headers or {}), timeout=patience, follow_redirects=False)
        self._status = 0

    @property
    def host(self) -> str:
        """Its name and port, for people."""
        # Without what may stand before it: a name and a password.
        return urllib.parse.urlsplit(self._address).netloc.rpartition("@")[2]

    def close(self) -> None:
        """End its connections, also those that are in use."""
        self._client.close()

    def send(self, spans: Sequence[Record]) -> Sending:
        """Send spans; for one thread."""
        return self.post("v1/traces", encoding.request(spans, self._about))

    def post(self, path: str, body: bytes) -> Sending:
        """Send a message of the protocol."""
        given = {"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"}
        try:
            with self._client.stream(
                "POST", f"{self._address}/{path}", content=gzip.compress(body, 1), headers=given
            ) as answer:
                status = answer.status_code
        except httpx.HTTPError as error:
            log.debug("the collector cannot be reached: %s", error)
            return Sending.AGAIN
        if status in _LATER:
            return Sending.AGAIN
        if 200 <= status < 300:
            return Sending.DONE
        if status != self._status:
            # Once for each: that a token is wrong should be seen, and not all the time.
            self._status = status
            log.warning("the collector at %s answers %d, and takes nothing", self.host, status)
        return Sending.LOST


class Metrics(MetricExporter):
    """Metrics to a collector; what does not go now is in the next ones, for they count from the beginning."""

    def __init__(self, collector: Collector) -> None:
        super().__init__()
        self._collector = collector

    def export(self, metrics_data: MetricsData, *_limit: object, **_others: object) -> MetricExportResult:
        """Send them once."""
        sent = self._collector.post("v1/metrics", encode_metrics(metrics_data).SerializeToString())
        return MetricExportResult.SUCCESS if sent is Sending.DONE else MetricExportResult.FAILURE

    def force_flush(self, timeout_millis: float = 10_000) -> bool:  # noqa: ARG002 - the SDK's
        """Nothing is kept here."""
        return True

    def shutdown(self, *_limit: object, **_others: object) -> None:
        """Nothing is kept here."""
