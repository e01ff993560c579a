"""Spans on their way: carried by traceparents, exported in the background, and never in anybody's way."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry import trace as ambient
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource

from fusion.adapters.telemetry.application_insights import readable
from fusion.adapters.telemetry.encoding import request
from fusion.adapters.telemetry.otlp import Collector, headers
from fusion.adapters.telemetry.outbox import BULK, HEAVIEST, Outbox, Sending, close
from fusion.errors import UserError
from fusion.ports.telemetry import Record, Untraced, Value
from fusion.runtime.telemetry import telemetry
from fusion.settings import read
from fusion.telemetry.context import Traceparent, derived, here, parse, root, step, trace_id
from fusion.telemetry.spans import LONGEST, Tracer
from tests.fakes.collector import collecting, tree

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00",
        PARENT.upper(),
        PARENT + "-x",
        PARENT + "\n",
        "ff" + PARENT[2:],
        PARENT[:3] + "0" * 32 + PARENT[35:],
        PARENT[:36] + "0" * 16 + "-01",
    ],
)
def test_what_is_no_traceparent_is_ignored(text: str) -> None:
    assert parse(text) is None
    assert derived(text, "x") == ""


@settings(max_examples=30)
@given(st.text(), st.booleans())
def test_ids_are_made_of_what_everybody_knows(id: str, sampled: bool) -> None:
    place = parse(root(id))
    assert place is not None
    assert parse(str(place)) == place
    assert parse(root(id)) != place, "each first span is its own"
    assert parse(root(id)).trace == place.trace  # type: ignore[union-attr]
    above = str(Traceparent(trace=place.trace, span=place.span, sampled=sampled))
    below = parse(derived(above, "run"))
    assert below is not None
    assert (below.trace, below.sampled) == (place.trace, sampled)
    assert derived(above, "run") == derived(above, "run") != derived(above, "run:0")


def test_a_host_that_traces_nothing_hands_on_what_it_was_handed() -> None:
    with step(Untraced(), "x", parent=PARENT):
        assert here() == PARENT
        with step(Untraced(), "y"):
            assert here() == PARENT
    assert here() == trace_id() == ""


async def traced(url: str, **more: str) -> str:
    """Two spans, one in the other, with the settings of a host; the traceparent of the inner one."""
    async with telemetry(read({"FUSION_HOME": "/nowhere", "OTEL_EXPORTER_OTLP_ENDPOINT": url, **more})) as seen:
        with step(seen.tracer, "outer", kind="server", own=root("d1")):
            with step(seen.tracer, "inner", attributes={"text": "half \ud800 a pair", "many": ("a", "b")}) as span:
                at = datetime(2026, 1, 1, tzinfo=UTC)
                seen.tracer.past(
                    "past", start=at, end=at + timedelta(seconds=2), own=derived(here(), "r"), parent=here(), failure="failed"
                )
                assert not ambient.get_current_span().get_span_context().is_valid, "nothing ambient: others would send it on"
                inner = span.traceparent
            seen.meter.add("fusion.messages", priority="event", end="done")
        return inner


async def test_spans_and_metrics_reach_a_collector() -> None:
    with collecting() as collector:
        inner = await traced(collector.url, OTEL_EXPORTER_OTLP_HEADERS="api-key=a%20b", OTEL_SERVICE_NAME="ours")
        [spans] = collector.traces().values()
    assert tree(spans) == "outer\n  inner\n    past  FAILED"
    outer, within, past = (next(one for one in spans if one.name == name) for name in ("outer", "inner", "past"))
    assert (outer.kind, outer.service) == ("server", "ours")
    assert inner == f"00-{within.trace}-{within.id}-01"
    assert within.attributes == {"text": "half ? a pair", "many": ["a", "b"]}
    assert past.end - past.start == 2_000_000_000
    assert "fusion.messages" in collector.metrics
    assert {given["api-key"] for given in collector.headers} == {"a b"}


async def test_spans_that_a_busy_collector_did_not_take_are_sent_again() -> None:
    with collecting("busy", "busy", "ok") as collector:
        await traced(collector.url)
        assert len(collector.spans) == 3


async def test_application_insights_is_told_the_same_and_nothing_global_is_set() -> None:
    with collecting() as collector:
        there = f"InstrumentationKey={'0' * 8}-0000-0000-0000-{'0' * 11}1;IngestionEndpoint={collector.url}/"
        inner = await traced("", APPLICATIONINSIGHTS_CONNECTION_STRING=there)
    told = {item["data"]["baseData"]["name"]: item for item in collector.insights if "name" in item["data"]["baseData"]}
    assert {name: item["data"]["baseType"] for name, item in told.items()} == {
        "outer": "RequestData",
        "inner": "RemoteDependencyData",
        "past": "RemoteDependencyData",
    }
    assert {item["tags"]["ai.operation.id"] for item in told.values()} == {inner[3:35]}
    assert told["inner"]["tags"]["ai.operation.parentId"] == told["outer"]["data"]["baseData"]["id"]
    assert told["past"]["data"]["baseData"]["success"] is False
    measured = [item["data"]["baseData"]["metrics"][0]["name"] for item in collector.insights if item not in told.values()]
    assert "fusion.messages" in measured
    assert type(ambient.get_tracer_provider()).__name__ == "ProxyTracerProvider"


async def test_a_trace_that_is_not_kept_is_kept_by_nobody() -> None:
    with collecting() as collector:
        assert (await traced(collector.url, OTEL_TRACES_SAMPLER_ARG="0")).endswith("-00")
        assert collector.spans == []


async def test_a_collector_that_is_ill_keeps_nobody() -> None:
    moods = ("silent", "drip", "hang_up", "refuse", "too_large", "flood", "garbage")
    with contextlib.ExitStack() as stack:
        ill = {mood: stack.enter_context(collecting(mood)) for mood in moods}
        no_tls = ill["refuse"].url.replace("http:", "https:")
        urls = [*(each.url for each in ill.values()), no_tls, "http://127.0.0.1:9"]
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2 * len(urls)))
        # They come to their ends: what a collector does is the background's.
        assert all(parse(place) for place in await asyncio.gather(*map(traced, urls)))
        for taken in ("flood", "garbage"):
            assert [one.name for one in ill[taken].spans] == ["past", "inner", "outer"]


async def test_spans_are_sent_again_when_we_see_fit_and_nowhere_else(caplog: pytest.LogCaptureFixture) -> None:
    with collecting("next_year", "ok") as later, collecting() as other, collecting("elsewhere") as astray:
        astray.other = other.url
        key = {"OTEL_EXPORTER_OTLP_HEADERS": "api-key=between-us"}
        await asyncio.gather(traced(later.url, **key), traced(astray.url, **key))
        assert len(later.spans) == 3
        assert (astray.requests > 0, other.requests) == (True, 0), "neither spans nor keys follow a redirect"
    assert f"the collector at {astray.url[7:]} answers 307" in caplog.text
    assert "between-us" not in caplog.text


def test_what_is_lost_is_counted_and_said(caplog: pytest.LogCaptureFixture) -> None:
    held, going = threading.Event(), threading.Event()

    def send(_batch: object) -> Sending:
        going.set()
        held.wait()
        return Sending.DONE

    box = Outbox(send, name="there", most=10, batch=1)
    tracer = Tracer([box.put])
    for _ in range(25):
        with tracer.span("x"):
            pass
    assert going.wait(10)
    assert box.lost == 15
    assert caplog.text.count(" are lost, ") == 1, "also while the thread is held, and once"
    close([box], 0.05)
    assert box.lost == 25
    assert "25 altogether" in caplog.text
    held.set()


def test_what_waits_is_bounded_by_what_it_holds_and_goes_in_parts() -> None:
    sent: list[int] = []
    go = threading.Event()

    def send(batch: Sequence[Record]) -> Sending:
        go.wait()
        sent.append(sum(span.size for span in batch))
        return Sending.DONE

    box = Outbox(send, name="there", every=0.01)
    tracer = Tracer([box.put])
    for _ in range(2 * HEAVIEST // LONGEST):
        with tracer.span("chat", attributes={**dict.fromkeys(map(str, range(100)), 1), "content": "x" * 10 * LONGEST}):
            pass
    go.set()
    assert box.flush()
    assert box.lost == HEAVIEST // LONGEST
    assert sum(sent) == HEAVIEST
    assert max(sent) <= BULK
    with tracer.span("after"):
        pass
    close([box], 5)
    assert sent[-1] == 0, "there is room again"


class Odd:
    def __len__(self) -> int:
        raise RuntimeError("nothing of a span's is worth a review")


async def test_what_goes_wrong_in_telling_is_nobody_elses_matter() -> None:
    def raising(_span: Record) -> None:
        raise RuntimeError("an exporter's mistake")

    for tracer in (Tracer([raising]), Tracer([lambda span: None])):
        with step(tracer, "x", attributes={"a": (Odd(),)}) as span:  # type: ignore[dict-item]
            span.set("b", Odd())  # type: ignore[arg-type]
        at = datetime(2026, 1, 1, tzinfo=UTC)
        tracer.past("y", start=at, end=datetime.min.replace(tzinfo=UTC), attributes={"n": 2**70}, failure="x")
    with collecting() as collector, contextlib.closing(Collector(collector.url, about={"service.name": "x"})) as there:
        told: list[Record] = []
        with step(Tracer([told.append]), "\udc00", attributes={"n": 2**70, "o": Odd(), "f": float("nan"), "i": -1}):  # type: ignore[dict-item]
            pass
        Tracer([told.append]).past("long ago", start=datetime.min.replace(tzinfo=UTC), end=at)
        assert there.send(told) is Sending.DONE
        one, ago = collector.spans
    assert (ago.start, ago.end) == (0, int(at.timestamp()) * 10**9)
    assert (one.name, one.attributes["n"], one.attributes["o"], one.attributes["i"]) == ("?", "int", "Odd", -1)


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.text(max_size=200),
        st.text(max_size=200)
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.floats()
        | st.tuples(st.text(), st.text()),
        max_size=5,
    )
)
def test_what_is_written_is_what_the_librarys_own_reader_reads(attributes: dict[str, Value]) -> None:
    told: list[Record] = []
    with step(Tracer([told.append]), "x", kind="consumer", parent=PARENT, attributes=attributes) as span:
        span.fail("limited")
    [each] = ExportTraceServiceRequest.FromString(request(told, {"service.name": "ours"})).resource_spans
    resource = Resource({"service.name": "ours"})
    [theirs] = encode_spans([readable(one, resource) for one in told]).resource_spans
    [mine], [other] = each.scope_spans[0].spans, theirs.scope_spans[0].spans
    other.flags = 0
    known = {pair.key: pair.value for pair in mine.attributes}
    assert len(known) == len(mine.attributes)
    assert known == {pair.key: pair.value for pair in other.attributes} or any(value != value for value in attributes.values())
    del mine.attributes[:], other.attributes[:]
    assert mine == other
    assert each.resource == theirs.resource


@pytest.mark.parametrize("wrong", [Sending.LOST, ValueError("no protobuf")])
def test_what_a_collector_does_not_take_makes_way_for_the_next(wrong: Sending | ValueError) -> None:
    sent: list[int] = []

    def send(batch: list[object]) -> Sending:
        sent.append(len(batch))
        if len(sent) == 1 and isinstance(wrong, ValueError):
            raise wrong
        return wrong if len(sent) == 1 and isinstance(wrong, Sending) else Sending.DONE

    box = Outbox(send, name="there", batch=1, every=0.01)  # type: ignore[arg-type]
    tracer = Tracer([box.put])
    for _ in range(2):
        with tracer.span("x"):
            pass
        assert box.flush()
    close([box], 5)
    assert (sent, box.lost) == ([1, 1], 1)


@pytest.mark.parametrize("text", ["novalue", "a=b,=c", "na me=x", "a=b%0Ac", "a=%E2%98%83"])
def test_headers_of_another_form_are_refused_without_showing_them(text: str) -> None:
    with pytest.raises(UserError, match="takes name=value") as raised:
        headers(text)
    assert text not in str(raised.value)
    assert dict(headers("A=b, c=d%3D,")) == {"a": "b", "c": "d="}


async def test_settings_of_no_use_are_a_sentence(tmp_path: Path) -> None:
    for given_settings, said in (
        ({"APPLICATIONINSIGHTS_CONNECTION_STRING": "nonsense"}, "APPLICATIONINSIGHTS_CONNECTION_STRING"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://[::1"}, "OTEL_EXPORTER_OTLP_ENDPOINT"),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_HEADERS": "x"},
            "OTEL_EXPORTER_OTLP_HEADERS",
        ),
    ):
        with pytest.raises(UserError, match=said):
            async with telemetry(read({"FUSION_HOME": str(tmp_path), **given_settings})):
                raise AssertionError("it opened")


def test_an_address_has_a_host_for_people() -> None:
    collector = Collector("https://somebody:password@collector.example:4318/base/")
    assert collector.host == "collector.example:4318"
    collector.close()
