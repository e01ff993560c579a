"""What Fusion says to the inference worker, and hears from it, is the contract in `gpu-worker/contract`: no more, no less."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.adapters.servicebus.queues import InferenceQueue
from fusion.model import ChatMessage, Ending, InferenceJob, InferenceResult, Prompt, Record, Source, Urgency, Work
from gpu_worker import contract as worker

CONTRACT = Path(__file__).parents[2] / "gpu-worker" / "contract"
TYPES: dict[str, tuple[type[Record], type[Any]]] = {
    "job": (InferenceJob, worker.Job),
    "result": (InferenceResult, worker.Result),
    "prompt": (Prompt, worker.Prompt),
}
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
digests = st.text("0123456789abcdef", min_size=64, max_size=64).map(lambda digits: f"sha256:{digits}")
moments = st.datetimes(timezones=st.just(UTC))
amounts = st.floats(0, 1e6)
jobs = st.builds(
    InferenceJob,
    schema_version=st.just(1),
    **dict.fromkeys(("id", "repository", "model", "run", "event"), text),
    payload=digests,
    urgency=st.sampled_from(Urgency),
    enqueued=moments,
    expires=moments,
)
prompts = st.builds(
    Prompt,
    agent=text,
    work=st.sampled_from(Work),
    messages=st.lists(st.builds(ChatMessage, text=text), max_size=3).map(tuple),
    schema_name=text,
    reply_schema=st.dictionaries(text, st.one_of(st.none(), st.booleans(), text), max_size=3),
    sources=st.lists(st.builds(Source, path=text, bytes=st.integers(0, 10**9)), max_size=2).map(tuple),
)
results = st.builds(
    worker.Result,
    **dict.fromkeys(("job", "text", "reason", "model", "worker"), text),
    ending=st.sampled_from(worker.Ending),
    **dict.fromkeys(("input_tokens", "output_tokens", "cached_tokens"), st.integers(0, 10**9)),
    **dict.fromkeys(("queued_seconds", "seconds", "gpu_seconds"), amounts),
    first_token_seconds=st.none() | amounts,
)


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CONTRACT / f"{name}.schema.json").read_text(encoding="utf-8"))
    return found


@settings(max_examples=30)
@given(st.one_of(jobs.map(lambda job: ("job", job)), prompts.map(lambda prompt: ("prompt", prompt))))
def test_what_we_send_fits_and_the_worker_reads_it_as_we_meant_it(sent: tuple[str, Record]) -> None:
    name, value = sent
    ours, theirs = TYPES[name]
    # Claim checks leave out what is as always.
    for data in (value.model_dump_json(), value.model_dump_json(exclude_defaults=True)):
        jsonschema.validate(json.loads(data), schema(name))
        assert ours.model_validate_json(theirs.model_validate_json(data).model_dump_json()) == value


@settings(max_examples=30)
@given(results)
def test_what_the_worker_says_fits_and_we_read_it_as_it_meant_it(said: worker.Result) -> None:
    data = said.model_dump_json()
    jsonschema.validate(json.loads(data), schema("result"))
    assert json.loads(InferenceResult.model_validate_json(data).model_dump_json()) == json.loads(data)


@pytest.mark.parametrize("name", TYPES)
def test_no_field_is_ours_alone(name: str) -> None:
    written, ours = schema(name), TYPES[name][0].model_json_schema()
    assert set(ours["properties"]) == set(written["properties"])
    assert set(ours["required"]) == set(written["required"])
    assert ours["additionalProperties"] is written["additionalProperties"] is False


@pytest.mark.parametrize(("ours", "theirs"), [(Urgency, worker.Urgency), (Ending, worker.Ending), (Work, worker.Work)])
def test_both_know_the_same_words_in_the_same_order(ours: Any, theirs: Any) -> None:
    assert [each.value for each in ours] == [each.value for each in theirs]


def test_each_class_has_a_queue() -> None:
    assert {queue.value for queue in InferenceQueue} == {*(urgency.value for urgency in Urgency), "results"}
