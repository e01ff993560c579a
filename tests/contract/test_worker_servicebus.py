"""What a worker suffers on Service Bus: broken connections, outages, missing queues; and its loop over the real SDK."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from fusion.adapters.servicebus.inference import ServiceBusInference
from fusion.adapters.servicebus.queues import QUEUES
from fusion.errors import TransientError, UserError
from fusion.model import InferenceJob, Urgency
from gpu_worker.answering import Rules
from gpu_worker.consume import Consumer
from gpu_worker.contract import ChatMessage, Prompt, Result, Work
from gpu_worker.drain import Drain
from gpu_worker.memory import MemoryPayloads
from gpu_worker.namespace import Namespace
from gpu_worker.scripted import ScriptedEngine
from gpu_worker.servicebus import ServiceBusJobs, ServiceBusResults
from tests.fakes.inference import OPTIONS, Answers
from tests.fakes.servicebus.bus import ServiceBus
from tests.fakes.servicebus.leaks import abort_leftovers, broken_connections

PULL = "inference-pull"


@pytest.fixture
async def bus() -> AsyncIterator[ServiceBus]:
    with ServiceBus(queues=dict.fromkeys(QUEUES.values(), OPTIONS)) as made:
        yield made
        await abort_leftovers(made.port)


async def submit(inference: ServiceBusInference, payloads: MemoryPayloads, *ids: str) -> None:
    prompt = Prompt(
        agent="a", work=Work.REVIEW, messages=(ChatMessage(role="user", text="x"),), schema_name="s", reply_schema={}
    )
    payload, now = await payloads.put(prompt.model_dump_json().encode()), datetime.now(UTC)
    for id in ids:
        job = InferenceJob(
            **{"id": id, "urgency": Urgency.PULL, "repository": "o/n", "model": "m", "payload": payload},
            **{"run": f"run-{id}", "event": "answer", "enqueued": now, "expires": now + timedelta(minutes=5)},
        )
        await inference.submit(job)


@pytest.mark.slow
async def test_jobs_are_answered_through_cut_connections_and_none_twice(bus: ServiceBus) -> None:
    """The connections are cut while four generations run: what was held comes again and is told again, not made again."""
    payloads, answers, drain = MemoryPayloads(), Answers(), Drain()
    running, go = asyncio.Event(), asyncio.Event()
    ids = [f"j{number}" for number in range(6)]

    async def script(_: Sequence[ChatMessage]) -> str:
        if engine.running == 4:
            running.set()
        await go.wait()
        return "{}"

    engine = ScriptedEngine(script, capacity=4)
    rules = Rules(wait=0.2, ahead=0, margin=0.0, cold=0.05)
    with broken_connections():
        async with ServiceBusInference(bus.connection_string) as inference, Namespace(bus.connection_string) as namespace:
            jobs = ServiceBusJobs(namespace)
            consumer = Consumer(jobs, payloads, ServiceBusResults(namespace, answers), engine, drain=drain, rules=rules)
            task = asyncio.create_task(consumer.run())
            await submit(inference, payloads, *ids)
            await running.wait()
            bus.drop_connections()
            # The bus itself frees what a lost connection held only when the locks run out.
            go.set()
            told: list[str] = []
            while len(told) < len(ids):
                try:
                    async with inference.result(wait=1.0) as answered:
                        if answered is None:
                            bus.expire_locks(PULL)
                            continue
                        result = Result.model_validate_json(payloads.kept[answered.result])
                        assert (result.job, answered.run) == (answered.job, f"run-{answered.job}")
                        told.append(answered.job)
                except TransientError:
                    # Fusion's own connection was cut, too.
                    await asyncio.sleep(0.1)
            while bus.messages(PULL):
                bus.expire_locks(PULL)
                await asyncio.sleep(0.2)
            drain.begin("over", within=0.0)
            await task
            await jobs.close()
    assert sorted(told) == ids
    assert len(engine.asked) == len(ids)
    assert bus.dead_letters(PULL) == []


@pytest.mark.slow
async def test_an_outage_is_told_as_that_and_passes(bus: ServiceBus) -> None:
    payloads = MemoryPayloads()
    with broken_connections():
        async with (
            ServiceBusInference(bus.connection_string, patience=2.0) as inference,
            Namespace(bus.connection_string, patience=2.0) as namespace,
        ):
            jobs, results = ServiceBusJobs(namespace), ServiceBusResults(namespace, Answers())
            await submit(inference, payloads, "a")
            held = await jobs.receive(3.0)
            assert held is not None
            with bus.outage():
                with pytest.raises(ConnectionError):
                    await jobs.receive(0.1)
                with pytest.raises(ConnectionError):
                    await results.deliver("a", "run-a", "answer", "sha256:" + "0" * 64)
                with pytest.raises(TransientError):
                    await submit(inference, payloads, "b")
            assert await jobs.complete(held) is False, "its receiver is gone"
            bus.expire_locks(PULL)
            again = await jobs.receive(5.0)
            assert again is not None
            assert (again.body, again.delivery) == (held.body, 2)
            assert await jobs.complete(again)
            await jobs.close()


@pytest.mark.slow
async def test_a_namespace_without_the_queues_says_what_to_make() -> None:
    with ServiceBus(queues={}) as empty:
        async with ServiceBusInference(empty.connection_string) as inference, Namespace(empty.connection_string) as namespace:
            with pytest.raises(UserError, match=r"no queue 'inference-pull': create it, without sessions"):
                await submit(inference, MemoryPayloads(), "a")
            with pytest.raises(ConnectionError, match="Service Bus cannot be used now"):
                await ServiceBusJobs(namespace).receive(0.1)
        await abort_leftovers(empty.port)
