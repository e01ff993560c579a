"""A collector of OpenTelemetry's: a real HTTP server that decodes what it is sent, and shows traces as trees.

It takes what is meant for Application Insights, too (`/v2.1/track`): `insights`.

`moods`: how it answers, one after another, the last for ever: `ok`, `busy` (503), `next_year` (429), `refuse` (400),
`too_large` (413), `garbage` (200, and what is none), `elsewhere` (a redirect to the same path of `other`), `silent` (never),
`flood` (an answer without end), `drip` (headers without end, one at a time), `hang_up`.
"""

from __future__ import annotations

import gzip
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A span that came."""

    trace: str
    id: str
    parent: str
    name: str
    kind: str
    start: int
    end: int
    attributes: dict[str, Any]
    failed: bool
    service: str


@dataclass
class Collector:
    """What came, in order."""

    moods: list[str] = field(default_factory=lambda: ["ok"])
    spans: list[Seen] = field(default_factory=list)
    metrics: set[str] = field(default_factory=set)
    insights: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: bytes = b""
    """All that was sent, unpacked: for looking whether something is in it."""
    requests: int = 0
    url: str = ""
    other: str = ""
    closing: threading.Event = field(default_factory=threading.Event)

    def mood(self) -> str:
        self.requests += 1
        return self.moods.pop(0) if len(self.moods) > 1 else self.moods[0]

    def wait(self, done: Callable[[], bool], seconds: float = 240) -> None:
        """Until that is so. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                raise TimeoutError(f"{len(self.spans)} spans in {self.requests} requests")
            time.sleep(0.02)

    def take(self, path: str, body: bytes) -> None:
        self.bodies += body
        if path.endswith("/track"):
            self.insights += json.loads(body)
            return
        if path == "/v1/metrics":
            told = ExportMetricsServiceRequest.FromString(body)
            self.metrics |= {
                one.name for each in told.resource_metrics for scope in each.scope_metrics for one in scope.metrics
            }
            return
        for each in ExportTraceServiceRequest.FromString(body).resource_spans:
            [service] = [pair.value.string_value for pair in each.resource.attributes if pair.key == "service.name"]
            self.spans += [_seen(span, service) for scope in each.scope_spans for span in scope.spans]

    def traces(self) -> dict[str, list[Seen]]:
        """By trace, each span once: of one that was told twice, the last word."""
        found: dict[str, dict[str, Seen]] = {}
        for span in self.spans:
            found.setdefault(span.trace, {})[span.id] = span
        return {trace: sorted(spans.values(), key=lambda one: (one.start, one.end)) for trace, spans in found.items()}


def tree(spans: Sequence[Seen], *, timed: bool = False) -> str:
    """The spans of one trace, each beneath its parent. One whose parent is not there stands at the margin, after `?`."""
    ids = {span.id for span in spans}
    begun = min(span.start for span in spans)

    def lines(parent: str, depth: int) -> Iterator[str]:
        for span in spans:
            if span.parent != parent and not (parent == "" and depth == 0 and span.parent not in ids):
                continue
            lost = "? " if depth == 0 and span.parent else ""
            about = [
                str(span.attributes[f"fusion.{name}"]) for name in ("analyzer", "agent") if f"fusion.{name}" in span.attributes
            ]
            again = f" (attempt {span.attributes['fusion.attempt']})" if span.attributes.get("fusion.attempt", 1) > 1 else ""
            when = f"  +{(span.start - begun) / 1e6:.0f} ms, {(span.end - span.start) / 1e6:.0f} ms" if timed else ""
            failed = "  FAILED" if span.failed else ""
            yield f"{'  ' * depth}{lost}{' '.join([span.name, *about])}{again}{when}{failed}"
            yield from lines(span.id, depth + 1)

    return "\n".join(lines("", 0))


class Server(ThreadingHTTPServer):
    """One that says nothing of callers who hang up: a host that ends does."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print what is no hanging up."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def collecting(*moods: str) -> Iterator[Collector]:
    """A collector on loopback, while it is needed."""
    collector = Collector(moods=list(moods or ("ok",)))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            mood = collector.mood()
            collector.headers.append({name.lower(): value for name, value in self.headers.items()})
            if mood in ("ok", "flood", "garbage"):
                collector.take(self.path, gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body)
            getattr(self, f"_{mood}")()

        def _ok(self) -> None:
            self._answer(200)

        def _busy(self) -> None:
            self._answer(503)

        def _refuse(self) -> None:
            self._answer(400)

        def _too_large(self) -> None:
            self._answer(413)

        def _next_year(self) -> None:
            self._answer(429, **{"Retry-After": "31536000"})

        def _elsewhere(self) -> None:
            self._answer(307, Location=collector.other + self.path)

        def _garbage(self) -> None:
            self._answer(200, **{"Content-Encoding": "gzip", "Set-Cookie": "a=b", "Traceparent": "00"})

        def _drip(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            try:
                while not collector.closing.wait(0.02):
                    self.wfile.write(b"X-Drip: x\r\n")
            except OSError:
                return

        def _hang_up(self) -> None:
            self.close_connection = True

        def _silent(self) -> None:
            collector.closing.wait()
            self.close_connection = True

        def _flood(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.close_connection = True
            try:
                while not collector.closing.is_set():
                    self.wfile.write(b"x" * 65536)
            except OSError:
                return

        def _answer(self, status: int, **headers: str) -> None:
            # Application Insights says how many it took; others are not asked what they say.
            said = json.dumps({"itemsReceived": 1, "itemsAccepted": 1, "errors": []}).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    collector.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        collector.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _seen(span: Any, service: str) -> Seen:
    return Seen(
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        name=span.name,
        kind=KINDS[span.kind],
        start=span.start_time_unix_nano,
        end=span.end_time_unix_nano,
        attributes={pair.key: _value(pair.value) for pair in span.attributes},
        failed=span.status.code == 2,
        service=service,
    )


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    return [_value(one) for one in value.array_value.values] if kind == "array_value" else getattr(value, kind)
