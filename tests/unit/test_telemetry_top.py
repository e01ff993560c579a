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
from fusion.telemetry.top import TITLE, WIDTH, lines


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


def crowded() -> str:
    """The exposition of a host that has all there is to show."""
    prometheus = PrometheusMeter()
    meter: Meter = Fan(prometheus)
    meter.add("fusion.deliveries", 412, event="pull_request", answer="accepted")
    meter.add("fusion.deliveries", 90, event="push", answer="ignored")
    meter.add("fusion.messages", 420, priority="event", end="done")
    for _ in range(40):
        meter.record("fusion.acknowledgement", 0.02, answer="accepted")
        meter.record("fusion.review.delivery", 45.0)
        meter.add("fusion.reviews", verdict="pass")
    meter.add("fusion.scans", status="scanned")
    meter.add("fusion.findings", 12, disposition="new")
    meter.add("fusion.dispositions", 9, agent="security", tool="bandit", disposition="addressed", how="review")
    meter.add("fusion.dispositions", 2, agent="security", tool="bandit", disposition="incorrect", how="reply")
    meter.add("fusion.tools", 80, tool="ruff", outcome="ok")
    meter.add("fusion.agents", 200, agent="security", outcome="ok")
    for endpoint in ("foundry", "worker"):
        meter.add("fusion.model.calls", 20, endpoint=endpoint, work="review", ending="ok", cached="no")
    meter.set("fusion.queue.waiting", 3, priority="event")
    meter.set("fusion.queue.oldest", 12, priority="event")
    meter.set("fusion.budget.left", -1.5, currency="EUR")
    for state, seconds in (("busy", 540), ("idle", 360), ("away", 0)):
        meter.set("fusion.gpu.seconds", seconds, accelerator="NVIDIA A100-SXM4-80GB", state=state)
    meter.set("fusion.gpu.idle", 0.4, accelerator="NVIDIA A100-SXM4-80GB")
    meter.set("fusion.gpu.memory", 0.81, accelerator="NVIDIA A100-SXM4-80GB")
    return prometheus.text().decode()


AT_80_BY_24 = """\
Promises, since it began                   kept   promised   events   missed
  Deliveries are kept                  100.00 %     99.9 %      412        0
  Deliveries are answered in time      100.00 %       99 %       40        0
  Reviews come in time                 100.00 %       95 %       40        0
  Reviews are complete                 100.00 %       95 %       40        0
  Nothing is set aside                 100.00 %     99.9 %      420        0
Queue               waiting   in hand     later   set aside      oldest
  command                 0         0         0           0         0 s
  event                   3         0         0           0        12 s
  scheduled               0         0         0           0         0 s
Work                   0 orchestrations, 0 activities at work, 0 wait
  Deliveries           412 accepted, 90 ignored
  Messages             420 done
  Reviews              40 pass; 1 scan
  Webhook to review    45 s, 95 % in 58 s
  Answered to GitHub   18 ms, 95 % in 24 ms
  Analyzers            80 of 80 ended well
  Agents               200 of 200 ended well
  Findings             12 new
  Findings became      9 addressed, 2 incorrect
Not shown, though wrong: accelerators, models. 34 lines have room.
"""
AT_80_BY_40 = """\
Promises, since it began                   kept   promised   events   missed
  Deliveries are kept                  100.00 %     99.9 %      412        0
  Deliveries are answered in time      100.00 %       99 %       40        0
  Reviews come in time                 100.00 %       95 %       40        0
  Reviews are complete                 100.00 %       95 %       40        0
  Nothing is set aside                 100.00 %     99.9 %      420        0

Queue               waiting   in hand     later   set aside      oldest
  command                 0         0         0           0         0 s
  event                   3         0         0           0        12 s
  scheduled               0         0         0           0         0 s

Work                   0 orchestrations, 0 activities at work, 0 wait
  Deliveries           412 accepted, 90 ignored
  Messages             420 done
  Reviews              40 pass; 1 scan
  Webhook to review    45 s, 95 % in 58 s
  Answered to GitHub   18 ms, 95 % in 24 ms
  Analyzers            80 of 80 ended well
  Agents               200 of 200 ended well
  Findings             12 new
  Findings became      9 addressed, 2 incorrect

Accelerators, lately                       idle    at work    ready       memory
  NVIDIA A100-SXM4-80GB                     40%      9 min    6 min          81%

Models                      calls  failed  cached           cost     per minute
  foundry                      20       0       0         0.0000              -
  worker                       20       0       0         0.0000              -
  Tokens               0 in, 0 out, 0 of those in from prefix caches
  Asked elsewhere      none
  Left this month      -1.50 EUR
"""


@pytest.mark.parametrize(("height", "screen"), [(24, AT_80_BY_24), (40, AT_80_BY_40)])
def test_the_view_fits_the_terminal(height: int, screen: str) -> None:
    shown = lines(read(crowded()), height=height - TITLE)
    assert "\n".join(line.text.rstrip() for line in shown) + "\n" == screen
    assert len(shown) + TITLE <= height


@pytest.mark.parametrize("height", range(1, 45))
def test_what_is_left_out_is_said_in_every_terminal(height: int) -> None:
    whole = [line for line in lines(read(crowded())) if line.text]
    shown = lines(read(crowded()), height=height)
    assert len(shown) <= height
    assert (shown[-1].text.startswith("Not shown")) == (len([line for line in shown if line.text]) < len(whole))
    # The spent budget is among what is not shown: that something is wrong there is.
    assert height < 2 or any(line.how == "bad" for line in shown)
