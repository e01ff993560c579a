"""The engine against durabletask's in-memory backend, on the same orchestrators and activities.

What each survives: the engine with synchronous=FULL a power cut, with NORMAL any death of the process; the in-memory
backend neither.
Runs alternate, so that a machine that slows down slows all alike; figures are medians.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

from fusion.engine import Engine
from tests.fakes import flows

ROUNDS = 5
PEER_COUNT = 40
"""Orchestrations of one run of the peer; it does some twenty a second."""
COUNT = 400
LATENCIES = 300
REQUEST = {"fan": 5}
SURVIVES = {
    "FULL": "survives any death of the process and, by the promise of SQLite, a power cut",
    "NORMAL": "survives any death of the process",
    "memory": "survives nothing",
}


class Sample(NamedTuple):
    """One run: orchestrations per second, and CPU seconds per orchestration, all threads counted."""

    rate: float
    cpu: float


@contextmanager
def _timed(count: int, samples: list[Sample]) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    samples.append(Sample(count / (time.perf_counter() - wall), (time.process_time() - cpu) / count))


async def _one(engine: Engine, request: dict[str, Any]) -> float:
    began = time.perf_counter()
    started = await engine.start("review", request)
    state = await engine.wait(started.id, 60)
    if state.output != request["fan"] * (request["fan"] - 1):
        raise AssertionError(f"the engine's answer is wrong: {state}")
    return time.perf_counter() - began


async def _engine(folder: Path, synchronous: Any, samples: list[Sample]) -> None:
    async with Engine(folder / "journal.db", flows.worker(), synchronous=synchronous) as engine:
        await _one(engine, REQUEST)
        with _timed(COUNT, samples):
            started = await asyncio.gather(*(engine.start("review", REQUEST) for _ in range(COUNT)))
            for one in started:
                await engine.wait(one.id, 60)


async def _engine_alone(folder: Path) -> tuple[list[float], dict[int, float]]:
    """Latencies of one orchestration at a time, and of wide fan-outs, with synchronous=FULL."""
    async with Engine(folder / "journal.db", flows.worker()) as engine:
        for _ in range(20):
            await _one(engine, REQUEST)
        latencies = [await _one(engine, REQUEST) for _ in range(LATENCIES)]
        wide = {fan: median([await _one(engine, {"fan": fan}) for _ in range(ROUNDS)]) for fan in (100, 300)}
    return latencies, wide


class _Peer:
    """durabletask's client, worker and in-memory backend, over loopback gRPC as they come."""

    def __enter__(self) -> _Peer:
        from durabletask.client import TaskHubGrpcClient
        from durabletask.testing import create_test_backend
        from durabletask.worker import TaskHubGrpcWorker

        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        quiet = logging.getLogger("bench.peer")
        quiet.setLevel(logging.CRITICAL)
        self._backend = create_test_backend(port=port)
        self._worker = TaskHubGrpcWorker(host_address=f"127.0.0.1:{port}", logger=quiet)
        self._worker.add_orchestrator(flows.review)
        for activity in flows.SYNC_ACTIVITIES:
            self._worker.add_activity(activity)
        self._worker.start()
        self._client = TaskHubGrpcClient(host_address=f"127.0.0.1:{port}", logger=quiet)
        self.one(REQUEST)
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.stop()
        self._client.close()
        self._backend.stop()

    def one(self, request: dict[str, Any]) -> float:
        """Seconds of one orchestration."""
        began = time.perf_counter()
        self._finish([self._start(request)])
        return time.perf_counter() - began

    def run(self, samples: list[Sample]) -> None:
        """One timed run of many."""
        with _timed(PEER_COUNT, samples):
            self._finish([self._start(REQUEST) for _ in range(PEER_COUNT)])

    def _start(self, request: dict[str, Any]) -> str:
        id: str = self._client.schedule_new_orchestration("review", input=request)
        return id

    def _finish(self, ids: list[str]) -> None:
        for id in ids:
            state = self._client.wait_for_orchestration_completion(id, timeout=120)
            if state is None or state.failure_details is not None:
                raise AssertionError(f"the peer's answer is wrong: {state}")


def measures() -> Iterable[dict[str, Any]]:
    """Throughput, CPU, latency and fan-out."""
    peer_samples: list[Sample] = []
    samples: dict[str, list[Sample]] = {"FULL": [], "NORMAL": []}
    with tempfile.TemporaryDirectory(prefix="fusion-bench-") as place, _Peer() as peer:
        for number in range(ROUNDS):
            peer.run(peer_samples)
            for mode, collected in samples.items():
                folder = Path(place) / f"{mode}-{number}"
                folder.mkdir()
                asyncio.run(_engine(folder, mode, collected))
        peer_wide = {fan: peer.one({"fan": fan}) for fan in (100, 300)}
        latencies, wide = asyncio.run(_engine_alone(Path(place)))
    against = {"peer": "durabletask.testing in-memory backend"}
    rate = median(sample.rate for sample in peer_samples)
    cpu = median(sample.cpu for sample in peer_samples)
    for mode, collected in samples.items():
        name = f"engine {mode}"
        against["note"] = f"{name}: {SURVIVES[mode]}; its peer {SURVIVES['memory']}"
        ours = median(sample.rate for sample in collected)
        burnt = median(sample.cpu for sample in collected)
        yield {
            "name": f"{name}: throughput",
            "value": ours,
            "unit": "orchestrations/s",
            **against,
            "peer_value": rate,
            "ratio": ours / rate,
        }
        yield {
            "name": f"{name}: CPU",
            "value": burnt * 1e3,
            "unit": "ms/orchestration",
            **against,
            "peer_value": cpu * 1e3,
            "ratio": cpu / burnt,
        }
    del against["note"]
    cuts = quantiles(latencies, n=100)
    yield {"name": "engine FULL: one small orchestration, p50", "value": cuts[49] * 1e3, "unit": "ms"}
    yield {"name": "engine FULL: one small orchestration, p99", "value": cuts[98] * 1e3, "unit": "ms"}
    for fan, seconds in wide.items():
        value = {"value": seconds * 1e3, "peer_value": peer_wide[fan] * 1e3, "ratio": peer_wide[fan] / seconds}
        yield {"name": f"engine FULL: fan-out {fan}", "unit": "ms", **value, **against}
