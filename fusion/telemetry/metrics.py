"""THE list: every metric that a host tells, once. Prometheus, OpenTelemetry, dashboards, alerts and the page are made of it.

Names are OpenTelemetry's; `prometheus_name` is what Prometheus calls them. No repository, person or id is ever a label:
values are few and known, or names that the operator installed or configured, of which the meters take so many and no more.
The metrics of generative AI are those of the semantic conventions
(https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, get_args

from fusion.events import EVENTS
from fusion.model import Category, Ending, Outcome, Severity, State, Urgency, Verdict, Work
from fusion.ports import Priority
from fusion.ports.telemetry import Label, Metric
from fusion.progress import Means

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SLOW = (0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
CALLS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
"""As the semantic conventions advise for calls of models."""
TOKENS = (1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864)
"""As they advise for tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Metrics that belong together: a row of a dashboard, a part of the page."""

    title: str
    about: str
    metrics: tuple[Metric, ...]


def _words(of: Iterable[StrEnum]) -> tuple[str, ...]:
    return tuple(item.value for item in of)


_YES = ("yes", "no")
_EVENT = Label("event", (*sorted(EVENTS), "other"))
_ANSWER = Label("answer", ("accepted", "ignored", "refused", "failed"))
_PRIORITY = Label("priority", _words(Priority))
_OUTCOME = Label("outcome", _words(Outcome))
_END = Label("end", ("done", "postponed", "dead", "lost", "given_back", "unsettled", "unavailable"))
_SEVERITY = Label("severity", _words(Severity))
_CATEGORY = Label("category", _words(Category))
_TOOL, _AGENT, _ENDPOINT, _CURRENCY = Label("tool"), Label("agent"), Label("endpoint"), Label("currency")
_ACCELERATOR = Label("accelerator")
_WORK, _ENDING = Label("work", _words(Work)), Label("ending", _words(Ending))
_OPERATION = Label("gen_ai.operation.name", ("chat",))
_PROVIDER = Label(
    "gen_ai.provider.name", ("openai", "azure.ai.openai", "azure.ai.inference", "fusion.worker", "fusion.exchange")
)
_MODEL = Label("gen_ai.request.model")
_TOKEN = Label("gen_ai.token.type", ("input", "output"))
_ERROR = Label("error.type", tuple(ending.value for ending in Ending if ending is not Ending.OK))
OBJECTIVES = ("webhooks_kept", "webhooks_quick", "reviews_timely", "reviews_complete", "messages_handled")
"""Ids of `fusion.telemetry.objectives`."""


def _counter(name: str, unit: str, help: str, *labels: Label) -> Metric:
    return Metric(name=name, kind="counter", unit=unit, help=help, labels=labels)


def _gauge(name: str, unit: str, help: str, *labels: Label) -> Metric:
    return Metric(name=name, kind="gauge", unit=unit, help=help, labels=labels)


def _histogram(name: str, unit: str, help: str, buckets: Sequence[float], *labels: Label) -> Metric:
    return Metric(name=name, kind="histogram", unit=unit, help=help, labels=labels, buckets=tuple(buckets))


GROUPS: tuple[Group, ...] = (
    Group(
        title="Objectives",
        about="What is promised, and how often it was kept.",
        metrics=(
            _counter(
                "fusion.objective.events",
                "{event}",
                "What objectives count, by whether it was as promised.",
                Label("objective", OBJECTIVES),
                Label("met", _YES),
            ),
            _gauge("fusion.ready", "{host}", "1 while deliveries are kept and worked on."),
        ),
    ),
    Group(
        title="Deliveries",
        about="From GitHub's webhook to a review on the pull request.",
        metrics=(
            _counter("fusion.deliveries", "{delivery}", "Webhook deliveries by what was answered.", _EVENT, _ANSWER),
            _histogram("fusion.acknowledgement", "s", "From the first byte of a delivery to its answer.", FAST, _ANSWER),
            _histogram("fusion.review.delivery", "s", "From a webhook's arrival to the review on its pull request.", SLOW),
            _histogram("fusion.publish", "s", "From the beginning of a review to what is published.", SLOW),
        ),
    ),
    Group(
        title="Queue",
        about="What waits, and what became of it.",
        metrics=(
            _counter("fusion.messages", "{message}", "Messages by how their handling ended.", _PRIORITY, _END),
            _histogram("fusion.message.wait", "s", "Age of messages when they are first taken up.", SLOW, _PRIORITY),
            _gauge("fusion.queue.waiting", "{message}", "Messages that could be handled now.", _PRIORITY),
            _gauge("fusion.queue.locked", "{message}", "Messages in the hands of a consumer.", _PRIORITY),
            _gauge("fusion.queue.scheduled", "{message}", "Messages that come later.", _PRIORITY),
            _gauge("fusion.queue.dead", "{message}", "Messages that were set aside.", _PRIORITY),
            _gauge("fusion.queue.oldest", "s", "Age of the oldest message that waits.", _PRIORITY),
        ),
    ),
    Group(
        title="Work",
        about="Orchestrations, activities, analyzers and agents.",
        metrics=(
            _gauge("fusion.orchestrations.live", "{orchestration}", "Unfinished orchestrations."),
            _gauge("fusion.activities.running", "{activity}", "Activities at work."),
            _gauge("fusion.activities.waiting", "{activity}", "Activities that wait for a slot."),
            _counter("fusion.tools", "{run}", "Runs of analyzers by outcome.", _TOOL, _OUTCOME),
            _histogram("fusion.tool.duration", "s", "Time of one run of an analyzer.", SLOW, _TOOL),
            _counter("fusion.agents", "{task}", "Tasks of agents by outcome.", _AGENT, _OUTCOME),
            _counter(
                "fusion.scans",
                "{scan}",
                "Scans of repositories by how they ended.",
                Label("status", ("scanned", "empty", "archived", "gone", "failed", "other")),
            ),
        ),
    ),
    Group(
        title="Findings",
        about="What reviews say.",
        metrics=(
            _counter("fusion.reviews", "{review}", "Reviews by verdict.", Label("verdict", _words(Verdict))),
            _counter(
                "fusion.findings",
                "{finding}",
                "Findings by what became of them since the last review of the same subject.",
                Label("disposition", ("new", "carried", "fixed", "dismissed", "suppressed")),
            ),
            _counter(
                "fusion.dispositions",
                "{finding}",
                "Findings that have become something else, by whose they are, what they are now, and how that is known.",
                _AGENT,
                _TOOL,
                Label("disposition", _words(State)),
                Label("how", get_args(Means)),
            ),
            _counter(
                "fusion.findings.open", "{finding}", "Findings that reviews show, by what they are.", _SEVERITY, _CATEGORY
            ),
        ),
    ),
    Group(
        title="Accelerators",
        about="What inference workers have recorded of the last fifteen minutes.",
        metrics=(
            _gauge(
                "fusion.gpu.idle",
                "1",
                "Share of the workers' time in which nothing was generated.",
                _ACCELERATOR,
            ),
            _gauge(
                "fusion.gpu.seconds",
                "s",
                "Workers' time: with a generation, ready and without one, or starting, down or draining.",
                _ACCELERATOR,
                Label("state", ("busy", "idle", "away")),
            ),
            _gauge("fusion.gpu.memory", "1", "Share of the accelerator's memory in use, at its highest.", _ACCELERATOR),
        ),
    ),
    Group(
        title="Models",
        about="What was asked of models, which way it went, and what it cost.",
        metrics=(
            _counter(
                "fusion.model.calls",
                "{call}",
                "Calls of models by their way and how they ended; cached ones were answered before and cost nothing.",
                _ENDPOINT,
                _WORK,
                _ENDING,
                Label("cached", _YES),
            ),
            _counter(
                "fusion.model.escalations",
                "{call}",
                "Questions that were put to another model, by why: it was unsure, its answer was no use, it was away.",
                _WORK,
                Label("why", ("unsure", "no_use", "away")),
            ),
            _counter("fusion.model.cost", "{currency}", "What calls of models cost.", _ENDPOINT, _CURRENCY),
            _counter("fusion.model.cached.tokens", "{token}", "Input tokens from endpoints' prefix caches.", _ENDPOINT),
            _histogram(
                "gen_ai.client.token.usage", "{token}", "Tokens of one call.", TOKENS, _OPERATION, _PROVIDER, _MODEL, _TOKEN
            ),
            _histogram(
                "gen_ai.client.operation.duration",
                "s",
                "Time of one call; of the inference worker's calls, the accelerator's time.",
                CALLS,
                _OPERATION,
                _PROVIDER,
                _MODEL,
                _ERROR,
            ),
            _gauge("fusion.budget.left", "{currency}", "What the month's cap of the installation leaves.", _CURRENCY),
            _gauge(
                "fusion.inference.waiting",
                "{job}",
                "Jobs that wait for the inference worker.",
                Label("urgency", _words(Urgency)),
            ),
        ),
    ),
)
"""Every metric of a host, in the order in which they are shown."""

METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for group in GROUPS for metric in group.metrics})
"""By name."""


@dataclass(frozen=True, slots=True)
class Theirs:
    """A metric that another process tells under its own name: the inference worker, on its /metrics."""

    name: str
    kind: Literal["counter", "histogram", "gauge"]
    unit: str
    help: str
    labels: tuple[str, ...] = ()


WORKER: tuple[Theirs, ...] = (
    Theirs("fusion_worker_running", "gauge", "{generation}", "Generations under way."),
    Theirs("fusion_worker_capacity", "gauge", "{generation}", "Generations that the engine takes at the same time."),
    Theirs("fusion_worker_gpu_seconds_total", "counter", "s", "Seconds in which the engine generated: the rest was idle."),
    Theirs("fusion_worker_gpu_utilisation_ratio", "gauge", "1", "Share of time in which a kernel ran."),
    Theirs("fusion_worker_queue_wait_seconds", "histogram", "s", "From enqueued to taken.", ("urgency",)),
    Theirs("fusion_worker_cost_total", "counter", "{currency}", "GPU-seconds of jobs at the price of an hour.", ("currency",)),
)
"""What dashboards show of workers; a test compares it with what a worker tells."""

_UNITS = MappingProxyType({"s": "seconds", "By": "bytes", "1": "ratio"})


def prometheus_name(metric: Metric) -> str:
    """What OpenTelemetry's rules make of the name: `fusion.tool.duration` is `fusion_tool_duration_seconds`.

    https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
    """
    base = metric.name.replace(".", "_")
    unit = "" if metric.unit.startswith("{") else _UNITS[metric.unit]
    if unit and not base.endswith(f"_{unit}"):
        base = f"{base}_{unit}"
    return f"{base}_total" if metric.kind == "counter" else base


def prometheus_label(label: Label) -> str:
    """`gen_ai.token.type` is `gen_ai_token_type`."""
    return label.name.replace(".", "_")
