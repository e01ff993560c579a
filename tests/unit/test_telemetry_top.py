"""`fusion top`: what it shows of a host, and what it says where there is none."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fusion.cli.top import top
from fusion.errors import UserError
from fusion.ports.telemetry import Meter
from fusion.telemetry.exposition import read
from fusion.telemetry.metering import Fan
from fusion.telemetry.prometheus import PrometheusMeter
from fusion.telemetry.top import WIDTH, lines


def busy(times: int = 1) -> str:
    """The exposition of a host that works, and to which an endpoint's name was given by somebody hostile."""
    prometheus = PrometheusMeter()
    meter: Meter = Fan(prometheus)
    for _ in range(times):
        meter.add("fusion.deliveries", 5, event="push", answer="accepted")
        for seconds in (0.02, 0.04, 9.0):
            meter.record("fusion.acknowledgement", seconds)
        meter.add("fusion.reviews", 3, verdict="incomplete")
        meter.add("fusion.tools", 4, tool="bandit", outcome="failed")
        meter.add("fusion.model.calls", 2, endpoint="\x1b[2J evil\n" + "w" * 90, work="review", ending="ok", cached="no")
    meter.record("fusion.review.delivery", 45.0)
    meter.set("fusion.ready", 1)
    meter.set("fusion.queue.dead", 2, priority="event")
    meter.set("fusion.budget.left", -1.5, currency="EUR")
    return prometheus.text().decode()


def test_the_view_is_plain_narrow_and_says_what_is_wrong() -> None:
    shown = lines(read(busy()))
    assert all(len(line.text) <= WIDTH and line.text.isprintable() for line in shown)
    wrong = [line.text.split()[0] for line in shown if line.how == "bad"]
    # Of the deliveries one in three was late: too few to say so.
    assert wrong == ["Reviews", "event", "Analyzers", "Left"]
    text = "\n".join(line.text for line in shown)
    assert "5 accepted" in text
    assert "0 of 4 ended well; not: bandit 4" in text
    assert "<U+001B>[2J evil" in text


def test_rates_are_those_between_two_looks() -> None:
    shown = lines(read(busy(3)), read(busy()), seconds=30)
    assert any("15 accepted (+20.0 a minute)" in line.text for line in shown)


def test_quantiles_are_estimated_as_prometheus_does() -> None:
    found = read(busy())
    # Of 3 values the half is 1.5: the second bucket that holds one, from 0.025 to 0.05, half way.
    assert found.quantile("fusion.acknowledgement", 0.5) == pytest.approx(0.0375)
    assert found.quantile("fusion.publish", 0.5) is None


@contextmanager
def answering(body: bytes, status: int = 200, path: str = "/metrics") -> Iterator[str]:
    """A server that has this to say."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == path else 404)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_one_look_is_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(busy().encode()) as host:
        top(host, once=True)
    out = capsys.readouterr().out
    assert out.startswith(f"Fusion at http://{host}, ")
    assert ": ready\n" in out
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"# no metrics of ours\nup 1\n", 200, "is no host of Fusion"),
        (b"<html>{{{ hello", 200, "is no host of Fusion"),
        (b"", 503, "answers 503, and no metrics"),
        (b"fusion_ready 1\n" * 700_000, 200, "answers without end"),
    ],
)
def test_what_is_no_host_of_fusion_is_told_in_a_sentence(body: bytes, status: int, sentence: str) -> None:
    with answering(body, status) as host, pytest.raises(UserError, match=sentence):
        top(f"http://{host}", once=True)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://127.0.0.1:1", "Nobody answers at http://127.0.0.1:1"),
        ("ftp://host", "is no address"),
        ("http://[::", "is no address"),
    ],
)
def test_where_nobody_answers_it_says_what_to_do(url: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        top(url, once=True)
