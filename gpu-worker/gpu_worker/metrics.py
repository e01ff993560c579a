"""What the worker measures, for Prometheus.

The prefix-cache hit rate is `fusion_worker_cached_tokens_total / fusion_worker_input_tokens_total`. A job's GPU-seconds are its
share of the time in which the engine generated: while n jobs run side by side each is charged 1/n of it, so they add up to
the engine's busy time. Its cost is those seconds at the price of an hour. Without a GPU there are no GPU gauges, for absent is
not 0; `fusion_worker_accelerator_info` says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gpu_worker.engines.share import Share
from gpu_worker.nvml import Accelerator
from gpu_worker.protocols import Happening

State = Literal["starting", "ready", "down", "draining"]

QUEUE_SECONDS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
FIRST_TOKEN_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64)
GENERATION_SECONDS = (0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320)
BATCH = (1, 2, 4, 8, 16, 32, 64, 128)


class Metrics:
    """The worker's measures, in a registry of their own. `listen` is what the loop tells."""

    def __init__(
        self,
        *,
        share: Share,
        capacity: int,
        accelerator: Accelerator,
        state: Callable[[], State],
        restarts: Callable[[], int],
        hour: float = 0.0,
        currency: str = "USD",
    ) -> None:
        self.registry = CollectorRegistry()
        self._hour = hour
        known: dict[str, Any] = {"registry": self.registry, "namespace": "fusion_worker"}
        self._jobs = Counter("jobs", "Jobs by what became of them.", ["what", "ending"], **known)
        self._queued = Histogram("queue_wait_seconds", "From enqueued to taken.", ["urgency"], buckets=QUEUE_SECONDS, **known)
        self._input = Counter("input_tokens", "Tokens of prompts.", **known)
        self._output = Counter("output_tokens", "Tokens generated.", **known)
        self._cached = Counter("cached_tokens", "Of the input tokens, those from the prefix cache.", **known)
        self._first = Histogram(
            "first_token_seconds", "From the call of the engine to its first token.", buckets=FIRST_TOKEN_SECONDS, **known
        )
        self._seconds = Histogram("generation_seconds", "Wall time of a generation.", buckets=GENERATION_SECONDS, **known)
        self._batch = Histogram(
            "batch_size", "Generations side by side over a job's time: its seconds by its share.", buckets=BATCH, **known
        )
        self._gpu = Histogram("job_gpu_seconds", "A job's share of the engine's time.", buckets=GENERATION_SECONDS, **known)
        self._cost = Counter("cost", "GPU-seconds of jobs at the price of an hour.", ["currency"], **known).labels(currency)
        Gauge("capacity", "Generations that the engine takes at the same time.", **known).set(capacity)
        Gauge("accelerator_info", "What the engine calculates on.", ["name", "gpu", "why"], **known).labels(
            accelerator.name, "no" if accelerator.absent else "yes", accelerator.absent
        ).set(1)
        self.registry.register(_Live(share, accelerator, state, restarts))

    def listen(self, happening: Happening) -> None:
        """Take note of what happened to a job."""
        result = happening.result
        self._jobs.labels(happening.kind, str(result.ending) if result else "").inc()
        if happening.kind == "taken":
            self._queued.labels(happening.urgency).observe(max(0.0, happening.queued_seconds))
        if happening.kind != "answered" or result is None:
            return
        self._input.inc(result.input_tokens)
        self._output.inc(result.output_tokens)
        self._cached.inc(result.cached_tokens)
        if result.first_token_seconds is not None:
            self._first.observe(result.first_token_seconds)
        self._seconds.observe(result.seconds)
        self._gpu.observe(result.gpu_seconds)
        if result.gpu_seconds > 0:
            self._batch.observe(result.seconds / result.gpu_seconds)
        self._cost.inc(result.gpu_seconds * self._hour / 3600)

    def text(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self.registry)


class _Live(Collector):
    """Measures that are looked up when somebody asks."""

    def __init__(self, share: Share, accelerator: Accelerator, state: Callable[[], State], restarts: Callable[[], int]) -> None:
        self._share = share
        self._accelerator = accelerator
        self._state = state
        self._restarts = restarts

    def collect(self) -> Iterator[Metric]:
        """What holds now; of the GPU only what it tells."""
        yield GaugeMetricFamily("fusion_worker_running", "Generations under way.", value=self._share.running)
        yield CounterMetricFamily(
            "fusion_worker_gpu_seconds", "Seconds in which the engine generated.", value=self._share.busy_seconds
        )
        yield CounterMetricFamily("fusion_worker_engine_restarts", "Restarts of the engine.", value=self._restarts())
        states = GaugeMetricFamily("fusion_worker_state", "1 for the state that holds.", labels=["state"])
        now = self._state()
        for state in get_args(State):
            states.add_metric([state], float(state == now))
        yield states
        reading = self._accelerator.read()
        told = (
            ("gpu_utilisation_ratio", "Share of time in which a kernel ran.", reading.utilisation),
            ("gpu_memory_used_bytes", "Memory of the GPU in use.", reading.memory_used),
            ("gpu_memory_total_bytes", "Memory of the GPU.", reading.memory_total),
            ("gpu_power_watts", "Power that the GPU draws.", reading.power),
        )
        for name, help, value in told:
            if value is not None:
                yield GaugeMetricFamily(f"fusion_worker_{name}", help, value=value)
