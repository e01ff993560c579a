"""The client against a server that answers in every way an engine can."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_worker.contract import ChatMessage, Limits
from gpu_worker.engines.openai_client import OpenAIClient
from gpu_worker.engines.stream import Malformed, Stream
from gpu_worker.protocols import EngineFailed, Generation
from tests.fakes.vllm import Fake

SCHEMA = {"type": "object", "properties": {"blue": {"type": "boolean"}}, "required": ["blue"]}


@asynccontextmanager
async def served(answer: str) -> AsyncIterator[tuple[Fake, OpenAIClient]]:
    fake = Fake("m", answer)
    runner = web.AppRunner(fake.app(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with OpenAIClient(f"http://127.0.0.1:{runner.addresses[0][1]}/", "m", key="k") as client:
            yield fake, client
    finally:
        await runner.cleanup()


async def asked(answer: str, *, seconds: float = 5.0) -> Generation:
    async with served(answer) as (_, client):
        limits = Limits(output_tokens=20, seconds=seconds)
        return await client.generate([ChatMessage(role="user", text="Is it?")], SCHEMA, limits)


async def test_a_generation_tells_its_text_tokens_and_times() -> None:
    async with served("ok") as (fake, client):
        made = await client.generate([ChatMessage(role="user", text="\ud83dhé")], SCHEMA, Limits(output_tokens=20))
    assert (made.ending, made.text, made.model) == ("ok", '{"blue": true}', "m")
    assert (made.input_tokens, made.output_tokens, made.cached_tokens) == (40, 7, 32)
    assert fake.asked[0]["messages"] == [{"role": "user", "content": "?hé"}]
    assert made.first_token_seconds is not None
    assert 0 < made.first_token_seconds <= made.seconds
    request = fake.asked[0]
    assert request["max_tokens"] == 20
    assert request["stream_options"] == {"include_usage": True}
    assert request["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "reply", "strict": True, "schema": SCHEMA},
    }


@pytest.mark.parametrize(
    ("answer", "ending", "reason"),
    [
        ("length", "unusable", "The reply was cut off at 20 tokens."),
        ("full", "unusable", "The reply was cut off: together with its prompt it is longer than the model's context."),
        ("endless", "unusable", "The model did not stop at its limit of 20 tokens."),
        ("filtered", "refused", "The model declined."),
        ("400", "invalid", "The engine does not take the prompt (400): it cannot be."),
        ("413", "invalid", "The engine does not take the prompt (413): it cannot be."),
        ("uncounted", "ok", ""),
    ],
)
async def test_what_the_prompt_is_to_blame_for_is_an_ending(answer: str, ending: str, reason: str) -> None:
    made = await asked(answer)
    assert (made.ending, made.reason) == (ending, reason)


@pytest.mark.parametrize("answer", ["silent", "drip"])
async def test_time_runs_out_in_spite_of_bytes_that_drip(answer: str) -> None:
    made = await asked(answer, seconds=0.3)
    assert made.ending == "timed_out"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("401", "answered 401"),
        ("404", "answered 404"),
        ("429", "answered 429: it is full, and the job goes back"),
        ("500", "answered 500"),
        ("reset", "broke"),
        ("closes", "before the end"),
        ("error", "EngineDeadError"),
        ("garbage", "not JSON"),
    ],
)
async def test_what_another_try_may_mend_is_a_failure(answer: str, told: str) -> None:
    with pytest.raises(EngineFailed, match=told):
        await asked(answer)


async def test_nobody_listening_is_a_failure() -> None:
    async with OpenAIClient("http://127.0.0.1:9", "m") as client:
        with pytest.raises(EngineFailed, match="broke"):
            await client.generate([ChatMessage(role="user", text="x")], SCHEMA, Limits())
        assert not await client.answers("/health", 1)


async def test_a_cancelled_call_lets_the_engine_go() -> None:
    async with served("drip") as (fake, client):
        task = asyncio.create_task(client.generate([ChatMessage(role="user", text="x")], SCHEMA, Limits(output_tokens=500)))
        await fake.was_asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(fake.let_go.wait(), 5)


@given(
    pieces=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=8),
    cuts=st.lists(st.integers(0, 4000), max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_a_stream_reads_the_same_however_it_is_cut(pieces: list[str], cuts: list[int]) -> None:
    events = [{"choices": [{"delta": {"content": piece}, "finish_reason": None}]} for piece in pieces]
    data = b"".join(b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\r\n\r\n" for event in events)
    data += b": a comment\n\ndata: [DONE]\n\n"
    stream = Stream()
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for begin, end in itertools.pairwise(places):
        stream.feed(data[begin:end])
    assert stream.text == "".join(pieces)
    assert stream.done


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["choices", "delta", "content", "usage", "error", "prompt_tokens_details"]), inner
            )
        ),
    )
)
@settings(max_examples=150, deadline=None)
def test_any_event_is_read_or_refused(event: object) -> None:
    stream = Stream()
    try:
        stream.feed(b"data: " + json.dumps(event).encode() + b"\n\n")
    except Malformed:
        assert not isinstance(event, dict)
    assert isinstance(stream.text, str)


def test_a_line_without_end_is_refused() -> None:
    stream = Stream()
    stream.feed(b"x" * 1_000_000)
    with pytest.raises(Malformed, match="no end"):
        stream.feed(b"x" * 100_000)
