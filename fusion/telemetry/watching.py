"""From what happens to what is measured. Pure: a notice, an outcome, a call, in measurements of the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from fusion.dispatch.outcomes import Begun, Outcome, Unavailable
from fusion.events import EVENTS
from fusion.model import Call, Ending, Placement, Report, Review
from fusion.ports import Priority, QueueState
from fusion.ports.telemetry import Meter
from fusion.progress import AgentFinished, Decided, Listener, Notice, Published, Recorded, Rerouted, Scanned, ToolFinished
from fusion.routing.catalogue import Endpoint, ModelsFile
from fusion.telemetry.metering import Measurement, tell

_OPENAI_ON_AZURE = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")


def watching(meter: Meter, models: ModelsFile | None = None) -> Listener:
    """A listener that measures what activities tell."""

    def heard(notice: Notice) -> None:
        tell(meter, of_notice(notice, models))

    return heard


def both(first: Listener, second: Listener) -> Listener:
    """A listener that tells both."""

    def heard(notice: Notice) -> None:
        first(notice)
        second(notice)

    return heard


def of_notice(notice: Notice, models: ModelsFile | None = None) -> Iterator[Measurement]:
    """What a notice of an activity says."""
    match notice:
        case ToolFinished(report):
            yield Measurement("fusion.tools", 1, {"tool": report.run.tool, "outcome": report.run.outcome.value})
            if report.run.seconds > 0:
                yield Measurement("fusion.tool.duration", report.run.seconds, {"tool": report.run.tool})
        case AgentFinished(report):
            yield from of_report(report, models)
        case Recorded(review):
            yield from of_review(review)
        case Decided(finding, state, how):
            said = {"agent": finding.agent, "tool": finding.evidence[0].tool if finding.evidence else ""}
            yield Measurement("fusion.dispositions", 1, {**said, "disposition": state.value, "how": how})
        case Published(_, seconds) if seconds is not None:
            yield Measurement("fusion.review.delivery", max(seconds, 0.0))
        case Rerouted(work, why):
            yield Measurement("fusion.model.escalations", 1, {"work": work.value, "why": why})
        case Scanned(line):
            yield Measurement("fusion.scans", 1, {"status": line.status})
        case _:
            pass


def of_report(report: Report, models: ModelsFile | None = None) -> Iterator[Measurement]:
    """An agent's task, with the calls that were made for it."""
    yield Measurement("fusion.agents", 1, {"agent": report.agent, "outcome": report.outcome.value})
    for call in report.calls:
        yield from of_call(call, models)


def of_review(review: Review) -> Iterator[Measurement]:
    """The verdict, and the findings."""
    yield Measurement("fusion.reviews", 1, {"verdict": review.verdict.value})
    for disposition in ("new", "carried", "fixed", "dismissed", "suppressed"):
        if count := getattr(review.tally, disposition):
            yield Measurement("fusion.findings", count, {"disposition": disposition})
    for finding in review.findings:
        if finding.placement is Placement.HIDDEN:
            continue
        yield Measurement("fusion.findings.open", 1, {"severity": finding.severity.value, "category": finding.category.value})


def of_call(call: Call, models: ModelsFile | None = None) -> Iterator[Measurement]:
    """One call of a model. Of one that was answered before, or that reached nobody, there is nothing more than that."""
    named, cached = {"endpoint": call.endpoint}, "yes" if call.cached else "no"
    yield Measurement(
        "fusion.model.calls", 1, {**named, "work": call.work.value, "ending": call.ending.value, "cached": cached}
    )
    usage = call.usage
    if usage.cost > 0:
        yield Measurement("fusion.model.cost", usage.cost, {**named, "currency": usage.currency})
    if call.cached or not call.sent or not call.endpoint:
        return
    if usage.cached_tokens > 0:
        yield Measurement("fusion.model.cached.tokens", usage.cached_tokens, named)
    endpoint = models.endpoint(call.endpoint) if models is not None else None
    labels = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider(endpoint) if endpoint is not None else "",
        "gen_ai.request.model": endpoint.model if endpoint is not None else call.model,
    }
    for kind, tokens in (("input", usage.input_tokens), ("output", usage.output_tokens)):
        if tokens > 0:
            yield Measurement("gen_ai.client.token.usage", tokens, {**labels, "gen_ai.token.type": kind})
    if usage.seconds > 0:
        failed = {} if call.ending is Ending.OK else {"error.type": call.ending.value}
        yield Measurement("gen_ai.client.operation.duration", usage.seconds, {**labels, **failed})


def provider(endpoint: Endpoint) -> str:
    """Who answers there, in the words of the semantic conventions for generative AI; what they do not know begins with ours.

    https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/
    """
    match endpoint.kind:
        case "worker":
            return "fusion.worker"
        case "exchange":
            return "fusion.exchange"
        case "inference":
            return "azure.ai.inference"
        case "openai":
            host = urlsplit(endpoint.address).hostname or ""
            return "azure.ai.openai" if host.endswith(_OPENAI_ON_AZURE) else "openai"


def of_outcome(outcome: Outcome, end: str, now: datetime) -> Iterator[Measurement]:
    """What became of a message; `end` is the word for it (`fusion.dispatch.told`), empty where it has only begun."""
    priority = outcome.priority if isinstance(outcome, Unavailable) else outcome.message.priority
    if end:
        yield Measurement("fusion.messages", 1, {"priority": priority.value, "end": end})
    if isinstance(outcome, Begun) and outcome.attempt == 1:
        waited = (now - outcome.enqueued).total_seconds()
        yield Measurement("fusion.message.wait", max(waited, 0.0), {"priority": priority.value})


def of_delivery(event: str, answer: str, seconds: float) -> Iterator[Measurement]:
    """A webhook delivery: the event as its header says, the word that answered it, and how long that took."""
    yield Measurement("fusion.deliveries", 1, {"event": event if event in EVENTS else "other", "answer": answer})
    yield Measurement("fusion.acknowledgement", seconds, {"answer": answer})


def of_publishing(notice: Notice, age: Callable[[str], float | None]) -> Iterator[Measurement]:
    """How long a review took from its own beginning, where the host knows a run's age."""
    if isinstance(notice, Published) and (seconds := age(notice.run)) is not None:
        yield Measurement("fusion.publish", seconds)


def of_queue(states: Mapping[Priority, QueueState]) -> Iterator[Measurement]:
    """How full the queue is."""
    for priority, state in states.items():
        for field in ("waiting", "locked", "scheduled", "dead"):
            yield Measurement(f"fusion.queue.{field}", getattr(state, field), {"priority": priority.value})
        yield Measurement("fusion.queue.oldest", state.oldest_seconds, {"priority": priority.value})
