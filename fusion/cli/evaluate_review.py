"""`fusion eval review`: how often reviews are right, on labelled changes."""

from __future__ import annotations

import dataclasses
import datetime
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fusion.cli import Exit, Interrupted, say, work
from fusion.cli.evaluate import commands
from fusion.errors import UserError

if TYPE_CHECKING:
    from fusion.evaluation.comparison import Comparison
    from fusion.evaluation.figures import Missed, Report
    from fusion.evaluation.outcomes import Outcome
    from fusion.evaluation.samples import Sample
    from fusion.evaluation.trials import Done
    from fusion.model import Request, Review
    from fusion.routing.catalogue import ModelsFile
    from fusion.settings import Settings
    from orchestrations.bundle import Bundle, Reasoning


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which models answer, as the options say it."""

    none: bool = False
    exchange: Path | None = None
    only: str = ""
    seconds: float = 0.0
    record: Path | None = None
    replay: Path | None = None

    def checked(self) -> Asked:
        """Itself, when the options fit together. Raises UserError."""
        ways = {"--no-models": self.none, "--model-exchange": self.exchange, "--replay": self.replay}
        given = [name for name, there in ways.items() if there]
        if len(given) > 1:
            raise UserError(f"Choose one of {' and '.join(given)}: they say who answers.")
        if self.record and (self.none or self.replay):
            raise UserError(f"--record writes down what models answer, and with {given[0]} none is asked.")
        if self.only and given:
            raise UserError(f"--model chooses from FUSION_MODELS, and {given[0]} does not use it.")
        return self


@commands.command(
    short_help="Score reviews.",
    epilog="Exit codes: 0 scored; 2 usage, data set or settings; 3 some changes could not be reviewed; 130 interrupted.",
)
def review(
    dataset: Annotated[Path, typer.Argument(metavar="DATASET", help="A folder of labelled changes, or a file of JSON lines.")],
    no_models: Annotated[bool, typer.Option("--no-models", help="Ask no model: evidence and fixed rules alone.")] = False,
    exchange: Annotated[
        Path | None, typer.Option("--model-exchange", metavar="DIR", help="Another process answers model calls by files there.")
    ] = None,
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="Of FUSION_MODELS, ask this model alone.")] = "",
    model_seconds: Annotated[
        float, typer.Option("--model-seconds", metavar="N", min=0, help="Wait this long for a reply, at least.")
    ] = 0.0,
    record: Annotated[Path | None, typer.Option("--record", metavar="DIR", help="Write down every model call there.")] = None,
    replay: Annotated[Path | None, typer.Option("--replay", metavar="DIR", help="Answer as recorded; ask no model.")] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="ID", help="Review this change alone. Repeatable.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="Review the first N changes; 0: all.")] = 0,
    parallel: Annotated[int, typer.Option("--parallel", metavar="N", min=1, max=64, help="Changes at the same time.")] = 1,
    save: Annotated[Path | None, typer.Option("--save", metavar="FILE", help="Write the report there, as JSON.")] = None,
    baseline: Annotated[Path | None, typer.Option("--baseline", metavar="FILE", help="Compare with a saved report.")] = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table or json.")] = "table",
    timing: Annotated[bool, typer.Option("--timing", help="With json: seconds too, which differ from run to run.")] = False,
) -> None:
    """Score reviews on labelled changes: precision, recall and F1 by source, agent and kind, false findings, cost.

    Models are those of FUSION_MODELS, each on trial: asked whether or not it has a figure. A finding is right when it is in the
    file of a label, at most three lines from it, and of its kind.
    """
    from fusion import settings
    from fusion.evaluation import comparison, samples

    if format not in ("table", "json"):
        raise UserError(f"There is no format {format!r} for scores; there are: table, json.")
    asked = Asked(none=no_models, exchange=exchange, only=model, seconds=model_seconds, record=record, replay=replay).checked()
    configured = settings.read(os.environ)
    every = samples.read(dataset)
    chosen = _chosen(every, tuple(only or ()), limit)
    before = comparison.read(baseline) if baseline else None
    if save:
        _write(save, "")
    told = Ledger(len(chosen))
    interrupted = False
    try:
        work(_run(chosen, asked, configured, parallel, told))
    except Interrupted:
        interrupted = True
        say(f"Interrupted: {len(told.done)} of {len(chosen)} changes were reviewed, and are reported.")
    found = told.report(dataset.absolute().name.removesuffix(".jsonl"), samples.digest(chosen), chosen)
    compared = comparison.compare(before, found) if before and found.outcomes else None
    if save:
        _write(save, f"{found.model_dump_json(indent=1)}\n")
    _print(found, told, compared, format=format, timing=timing)
    if interrupted:
        raise typer.Exit(Exit.INTERRUPTED)
    raise typer.Exit(Exit.INCOMPLETE if found.not_reviewed else Exit.FINE)


class Ledger:
    """What came of each change so far, and a line on standard error about each."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done: list[Done] = []
        self.missed: list[Missed] = []
        self.currency = "USD"

    def __call__(self, one: Done | Missed) -> None:
        """Take one change that ended."""
        from fusion.evaluation.figures import Missed

        if isinstance(one, Missed):
            self.missed.append(one)
            say(f"[{self._number}/{self.total}] {one.id}: not reviewed: {one.why}")
            return
        self.done.append(one)
        say(f"[{self._number}/{self.total}] {_line(one.outcome)} ({one.seconds.review:.1f} s)")

    @property
    def _number(self) -> int:
        return len(self.done) + len(self.missed)

    def report(self, name: str, digest: str, chosen: Sequence[Sample]) -> Report:
        """The figures of what was reviewed; what was not is listed."""
        from fusion.evaluation.figures import Missed, report

        heard = {one.outcome.id for one in self.done} | {one.id for one in self.missed}
        rest = [Missed(id=sample.id, why="the run was interrupted") for sample in chosen if sample.id not in heard]
        return report(
            [one.outcome for one in self.done],
            dataset=name,
            digest=digest,
            not_reviewed=[*self.missed, *rest],
            currency=self.currency,
        )


def _line(outcome: Outcome) -> str:
    from fusion.evaluation.outcomes import Source

    counts = outcome.tallies[Source.TOGETHER.value]["strict"]
    found = "clean" if outcome.clean else f"{counts.found} of {counts.there} found"
    failed = sum(one.failed for one in outcome.attempts.values())
    return f"{outcome.id}: {found}, {counts.false} false" + (f", {failed} model calls failed" if failed else "")


def _chosen(every: Sequence[Sample], only: Sequence[str], limit: int) -> Sequence[Sample]:
    import difflib

    known = {sample.id: sample for sample in every}
    for id in only:
        if id not in known:
            near = difflib.get_close_matches(id, known, 1)
            raise UserError(f"There is no change {id!r} in the data set" + (f"; did you mean {near[0]}?" if near else "."))
    chosen = [known[id] for id in sorted({*only})] if only else list(every)
    return chosen[:limit] if limit else chosen


# --- the reviews


async def _run(chosen: Sequence[Sample], asked: Asked, configured: Settings, parallel: int, told: Ledger) -> None:
    from fusion import local, runtime
    from fusion.evaluation import recordings, trials
    from fusion.model import Review

    with tempfile.TemporaryDirectory(prefix="fusion-eval-", ignore_cleanup_errors=True) as temporary:
        home = Path(temporary, "state")
        # Runs, ledgers and memory of each review are its own and go with it; only money is the host's.
        apart = configured.model_copy(update={"home": home, "models": None, "cosmos": None, "blobs": None, "servicebus": None})
        async with _bundle(asked, configured, apart) as bundle:
            file = _routing(bundle, asked)
            if file:
                told.currency = file.caps.currency
            if asked.record and file:
                recordings.begin(asked.record, file)

            async def review(sample: Sample, request: Request) -> Review:
                place = apart.model_copy(update={"home": home / "changes" / sample.id})
                async with runtime.records(place) as (store, _):
                    own = dataclasses.replace(bundle, store=store)
                    own = dataclasses.replace(own, reasoning=_reasoning(own, file, asked, sample))
                    result = await local.run(request, apart, own, nonce=secrets.token_hex(3))
                if result["status"] != "reviewed":
                    raise UserError(result.get("message") or "the change is empty")
                return Review.model_validate_json(await bundle.blobs.get(result["review"]))

            await trials.run(
                chosen,
                review,
                blobs=bundle.blobs,
                folder=Path(temporary, "repositories"),
                file=file,
                parallel=parallel,
                told=told,
            )


@asynccontextmanager
async def _bundle(asked: Asked, configured: Settings, apart: Settings) -> AsyncIterator[Bundle]:
    """What all reviews share. Where models bill, the accounts are the host's; a worker reads its prompts from its blobs."""
    from fusion import runtime

    if asked.none or asked.exchange or asked.replay or configured.models is None:
        async with runtime.records(apart) as kept:
            bundle = runtime.embedded(apart, records=kept)
            async with runtime.thoughtful(bundle, apart, exchange=asked.exchange) as thinking:
                yield thinking
        return
    async with runtime.records(configured) as (store, host), runtime.records(apart) as (_, own):
        paying = runtime.embedded(apart, records=(store, host))
        async with runtime.thoughtful(paying, configured) as thinking:
            assert thinking.reasoning is not None
            has_worker = thinking.reasoning.inference is not None
            yield (
                thinking
                if has_worker
                else dataclasses.replace(runtime.embedded(apart, records=(store, own)), reasoning=thinking.reasoning)
            )


def _routing(bundle: Bundle, asked: Asked) -> ModelsFile | None:
    """What calls are routed by: each model on trial; only the one that was asked for. Raises UserError: there is none."""
    from fusion.evaluation import recordings

    if asked.replay:
        return recordings.routed(asked.replay)
    if bundle.reasoning is None:
        if asked.only or asked.record:
            option = "--model" if asked.only else "--record"
            raise UserError(f"{option} needs models: FUSION_MODELS names their file, --model-exchange a folder.")
        return None
    file = bundle.reasoning.file
    endpoints = tuple(endpoint for endpoint in file.endpoints if not asked.only or endpoint.model == asked.only)
    if not endpoints:
        names = ", ".join(sorted({endpoint.model for endpoint in file.endpoints})) or "none"
        raise UserError(f"No endpoint of FUSION_MODELS has the model {asked.only!r}; there are: {names}.")
    models = {name: card.model_copy(update={"trial": True}) for name, card in file.models.items()}
    return file.model_copy(update={"endpoints": endpoints, "models": models})


def _reasoning(bundle: Bundle, file: ModelsFile | None, asked: Asked, sample: Sample) -> Reasoning | None:
    """The models of one change: what went wrong in another one does not count here."""
    from fusion import runtime
    from fusion.evaluation import recordings
    from fusion.evaluation.trials import Patient
    from fusion.routing.health import Breakers

    if file is None:
        return None
    if asked.replay:
        calls = recordings.calls(asked.replay, sample.id)
        if not calls.exists():
            raise UserError(f"The recording has no {sample.id}: record it with --only {sample.id}.")
        return runtime.replayed(bundle, file, calls)
    reasoning = bundle.reasoning
    assert reasoning is not None
    models = reasoning.models
    if asked.seconds:
        models = {name: Patient(model, asked.seconds) for name, model in models.items()}
    reasoning = dataclasses.replace(reasoning, file=file, models=models, breakers=Breakers())
    return runtime.recorded(reasoning, recordings.anew(asked.record, sample.id)) if asked.record else reasoning


# --- what is said


def _write(file: Path, text: str) -> None:
    """Raises UserError. Tried before the run, since hours of it would be lost."""
    try:
        if text:
            file.write_text(text, encoding="utf-8")
        else:
            file.open("a").close()
    except OSError as error:
        raise UserError(f"--save cannot write {file}: {error.strerror}.") from None


def _print(found: Report, told: Ledger, compared: Comparison | None, *, format: str, timing: bool) -> None:
    from fusion.evaluation import review_tables as tables
    from fusion.render.text import visible

    seconds = [one.seconds for one in told.done]
    if format == "json":
        typer.echo(tables.document(found, seconds, compared, timed=timing))
    else:
        today = datetime.datetime.now(datetime.UTC).date()
        typer.echo(visible(tables.table(found, seconds, compared, today=today)))
