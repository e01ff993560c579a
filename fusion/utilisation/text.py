"""The report for a terminal of 80 columns."""

from __future__ import annotations

import textwrap

from fusion.utilisation.analysis import Report, Spread, utc

WIDTH = 80
LABEL = 13
BAR = 30


def render(report: Report) -> str:
    """The report as lines of text."""
    names = ", ".join(report.workers[:6]) + (f" and {len(report.workers) - 6} more" if len(report.workers) > 6 else "")
    lines = [
        f"Inference workers, {utc(report.begin)} to {utc(report.end)} UTC",
        *_wrapped("", f"{_number(len(report.workers), 'worker')} on {', '.join(report.accelerators)}: {names}", indent=2),
        "",
        "Time         worker-hours  share",
        *(
            _time(name, seconds, report.seconds)
            for name, seconds in (("busy", report.busy), ("idle", report.idle), ("away", report.away))
        ),
        "             away: starting, down or draining",
        "",
        *_wrapped("Batch", _batch(report)),
        *_wrapped("GPU", _gpu(report)),
        *_wrapped("Jobs", _jobs(report)),
        *_wrapped("Tokens", _tokens(report)),
        *_wrapped("Queue wait", _spread(report.queue_wait)),
        *_wrapped("First token", _spread(report.first_token)),
        *_wrapped("Generation", _spread(report.generation)),
        *_wrapped("Cost", cost(report)),
        "",
        f"Replicas     {allowed(report)}",
    ]
    for sentence in report.replicas.why:
        lines += _wrapped("", sentence)
    if report.skipped:
        lines += [
            "",
            f"{_number(report.skipped, 'line')} of the files {'is no sample' if report.skipped == 1 else 'are no samples'}.",
        ]
    return "\n".join(lines)


def allowed(report: Report) -> str:
    """How many replicas to allow: `1 to 4`, or that nobody can say."""
    range = report.replicas
    return "no recommendation" if range.least is None else f"{range.least} to {range.most}"


def cost(report: Report) -> str:
    """What it cost, in a sentence or two."""
    costs = report.costs
    if costs is None:
        return "not known: give the price of a replica's hour with --price"
    text = f"{money(costs.total)} {costs.currency} at {costs.hour:g} an hour, {money(costs.idle)} of it without a generation"
    if costs.thousand_tokens is None or costs.thousand_tokens_busy is None:
        return f"{text}; too little was generated to say what a token costs"
    text += f"; {money(costs.thousand_tokens)} for 1,000 tokens, {money(costs.thousand_tokens_busy)} if it were always busy"
    if costs.thousand_output_tokens is not None:
        text += f"; {money(costs.thousand_output_tokens)} for 1,000 output tokens"
    return text


def money(amount: float) -> str:
    """An amount with as many digits as it needs to be told from 0."""
    return f"{amount:,.2f}" if amount >= 1 or amount == 0 else f"{amount:.3g}" if amount >= 0.0001 else f"{amount:.2e}"


def seconds(value: float) -> str:
    """A time that people can read: `0.32 s`, `4 min 10 s`, `2 h 5 min`."""
    if value < 100:
        return f"{value:.3g} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def _time(name: str, part: float, whole: float) -> str:
    share = part / whole if whole else 0.0
    return f"  {name:<11}{part / 3600:>12.2f}  {share:>5.0%}  {'█' * round(share * BAR)}".rstrip()


def _batch(report: Report) -> str:
    if report.batch is None or report.batch_efficiency is None:
        return "nothing was generated"
    return f"{report.batch:.1f} generations side by side while busy: {report.batch_efficiency:.0%} of the capacity"


def _gpu(report: Report) -> str:
    if report.utilisation is None:
        return "none told its utilisation (a CPU, or no NVML)"
    text = f"{report.utilisation:.0%} utilised on average"
    text += f", memory at most {report.memory:.0%}" if report.memory is not None else ""
    return text + (f", {report.watt_hours:,.0f} Wh" if report.watt_hours is not None else "")


def _jobs(report: Report) -> str:
    if not report.jobs:
        return "none"
    return f"{report.jobs:,} ({', '.join(f'{count:,} {ending}' for ending, count in report.endings.items())})"


def _tokens(report: Report) -> str:
    text = f"{report.input_tokens:,} in, {report.output_tokens:,} out"
    text += f", {report.tokens_per_second:,.0f} out a busy second" if report.tokens_per_second is not None else ""
    return text + (f"; {report.prefix_hits:.0%} of the input from the prefix cache" if report.prefix_hits is not None else "")


def _spread(spread: Spread | None) -> str:
    if spread is None:
        return "not known"
    if spread.median == spread.most:
        return seconds(spread.most)
    return f"median {seconds(spread.median)}, 95 % within {seconds(spread.p95)}, at most {seconds(spread.most)}"


def _number(count: int, one: str) -> str:
    return f"{count:,} {one}{'' if count == 1 else 's'}"


def _wrapped(label: str, text: str, *, indent: int = LABEL) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=f"{label:<{indent}}",
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
    )
