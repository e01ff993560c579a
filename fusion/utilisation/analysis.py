"""From samples to what a person decides by: idle time, batch efficiency, cost for a thousand tokens, how many replicas."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from statistics import fmean

from fusion.errors import UserError
from fusion.model import SCHEMA_VERSION, Record
from fusion.utilisation.samples import IntervalSample, JobSample, Recorded

SLOT_SECONDS = 300.0
"""Container Apps keeps a replica for five minutes after its last job: nothing shorter can be scaled for."""
ENOUGH_JOBS = 20
"""Jobs below which nothing is recommended: a twentieth of fewer is not even one."""
ENOUGH_SECONDS = 600.0
"""Recorded time below which nothing is recommended: two slots."""
ENOUGH_BUSY = 10.0
"""Seconds of generation below which nothing is said by the second or by the token: it would be chance."""
MOST_SLOTS = 2_000
"""Slots become longer where there would be more."""


class Aims(Record):
    """What the person who pays wants. Times are in seconds."""

    hour: float | None = None
    """Price of a replica's hour."""
    currency: str = "USD"
    busy: float = 0.7
    """Share of its time that a replica shall be busy; above it waits grow out of proportion."""
    wait: float = 60.0
    """Only a twentieth of the jobs may wait longer."""


class Spread(Record):
    """Median, 95th percentile and maximum."""

    median: float
    p95: float
    most: float


class Slot(Record):
    """A stretch of time over all workers. Seconds are worker-seconds."""

    at: datetime
    """When it begins."""
    busy: float = 0.0
    idle: float = 0.0
    """Ready, and nothing to do."""
    away: float = 0.0
    """Starting, down or draining."""
    running: float = 0.0
    """Integral of the generations that ran."""
    arrivals: int = 0
    demand: float = 0.0
    """Engine-seconds of the jobs that arrived."""
    output_tokens: int = 0
    wait: float | None = None
    """95th percentile of the waits of the jobs that arrived."""
    utilisation: float | None = None
    """Mean of what NVML told."""


class Costs(Record):
    """Money, for the replicas' whole time."""

    currency: str
    hour: float
    total: float
    idle: float
    """Of it, for time in which no generation ran."""
    thousand_tokens: float | None
    """For a thousand tokens, in and out, idle time included; None: there were none, or hardly any."""
    thousand_tokens_busy: float | None
    """The same for busy time alone: what it would be without idle time."""
    thousand_output_tokens: float | None


class Replicas(Record):
    """How many to allow, at least and at most, and why, a sentence each. None: too little is recorded to say."""

    least: int | None
    most: int | None
    why: tuple[str, ...]


class Report(Record):
    """What was made of the recorded samples."""

    schema_version: int = SCHEMA_VERSION
    begin: datetime
    end: datetime
    workers: tuple[str, ...]
    accelerators: tuple[str, ...]
    seconds: float
    """Recorded worker-seconds: what is paid for."""
    busy: float
    idle: float
    away: float
    batch: float | None
    """Mean of the generations that ran while any ran."""
    batch_efficiency: float | None
    """That batch as a share of the capacity."""
    utilisation: float | None
    """Mean of what NVML told, weighted by time; None: no GPU told."""
    memory: float | None
    """Most of the GPU's memory that was in use, as a share."""
    watt_hours: float | None
    jobs: int
    endings: dict[str, int]
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    prefix_hits: float | None
    """Of the input tokens, the share that came from the prefix cache."""
    tokens_per_second: float | None
    """Output tokens per busy second; None: it was hardly busy."""
    queue_wait: Spread | None
    first_token: Spread | None
    generation: Spread | None
    costs: Costs | None
    replicas: Replicas
    slot_seconds: float
    slots: tuple[Slot, ...]
    skipped: int = 0


def analyse(recorded: Recorded, aims: Aims) -> Report:
    """Make the report. Raises UserError when nothing was recorded."""
    intervals, jobs = recorded.intervals, recorded.jobs
    if not intervals:
        more = f" The first line that is none is {recorded.first_skipped}." if recorded.first_skipped else ""
        raise UserError(f"No interval of any worker is recorded there; set FUSION_WORKER_SAMPLES on the worker.{more}")
    begin = min(sample.at - timedelta(seconds=sample.seconds) for sample in intervals)
    end = max(sample.at for sample in intervals)
    seconds = sum(sample.seconds for sample in intervals)
    busy = sum(min(sample.busy_seconds, sample.seconds) for sample in intervals)
    idle = sum(_idle(sample) for sample in intervals)
    running = sum(sample.running_seconds for sample in intervals)
    full = sum(min(sample.busy_seconds, sample.seconds) * sample.capacity for sample in intervals)
    tokens_in, tokens_out = sum(job.input_tokens for job in jobs), sum(job.output_tokens for job in jobs)
    cached = sum(job.cached_tokens for job in jobs)
    told = [(sample.gpu_utilisation, sample.seconds) for sample in intervals if sample.gpu_utilisation is not None]
    memory = [s.gpu_memory_used / s.gpu_memory_total for s in intervals if s.gpu_memory_used and s.gpu_memory_total]
    power = [sample.power_watts * sample.seconds / 3600 for sample in intervals if sample.power_watts is not None]
    length = _slot_seconds((end - begin).total_seconds())
    slots = _slots(intervals, jobs, begin, end, length)
    waits = _spread(job.queued_seconds for job in jobs)
    return Report(
        begin=begin,
        end=end,
        workers=tuple(sorted({sample.worker for sample in intervals})),
        accelerators=tuple(sorted({sample.accelerator for sample in intervals})),
        seconds=seconds,
        busy=busy,
        idle=idle,
        away=max(0.0, seconds - busy - idle),
        batch=running / busy if busy else None,
        batch_efficiency=min(1.0, running / full) if full else None,
        utilisation=sum(share * time for share, time in told) / sum(time for _, time in told) if _any(told) else None,
        memory=min(1.0, max(memory)) if memory else None,
        watt_hours=sum(power) if power else None,
        jobs=len(jobs),
        endings=dict(sorted(Counter(job.ending for job in jobs).items())),
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        cached_tokens=cached,
        prefix_hits=min(1.0, cached / tokens_in) if tokens_in else None,
        tokens_per_second=tokens_out / busy if busy >= ENOUGH_BUSY else None,
        queue_wait=waits,
        first_token=_spread(job.first_token_seconds for job in jobs if job.first_token_seconds is not None),
        generation=_spread(job.seconds for job in jobs),
        costs=_costs(aims, seconds, busy, tokens_in + tokens_out, tokens_out),
        replicas=replicas(slots, length, jobs, waits, aims),
        slot_seconds=length,
        slots=tuple(slots),
        skipped=recorded.skipped,
    )


def replicas(slots: Sequence[Slot], length: float, jobs: Sequence[JobSample], waits: Spread | None, aims: Aims) -> Replicas:
    """How many replicas the arrivals call for, by Little's law: engines busy = arrivals a second x engine-seconds of each.

    A job's engine-seconds are its share at the batch that ran. A fuller batch makes them fewer: the range is on the safe side.
    """
    span = len(slots) * length
    if 0 < len(jobs) < ENOUGH_JOBS or span < ENOUGH_SECONDS:
        few = "1 job is" if len(jobs) == 1 else f"{len(jobs)} jobs are"
        few += f" recorded, within {max(1, round(span / 60))} min: too little to recommend by."
        more = f"Record at least {ENOUGH_JOBS} jobs over {ENOUGH_SECONDS / 60:.0f} min, better a working day."
        return Replicas(least=None, most=None, why=(few, more))
    if not jobs or waits is None:
        return Replicas(least=0, most=1, why=("No job was recorded: nothing calls for a replica that waits.",))
    loads = sorted(slot.demand / length for slot in slots)
    mean, peak = fmean(loads), _at(loads, 0.95)
    rate = len(jobs) / (len(slots) * length)
    quiet = sum(1 for slot in slots if not slot.arrivals) / len(slots)
    had = max(1, round(max((slot.busy + slot.idle + slot.away) / length for slot in slots)))
    least = 0 if quiet >= 0.5 else max(1, math.ceil(_at(loads, 0.5) / aims.busy))
    most = max(1, least, math.ceil(peak / aims.busy))
    engine = fmean(job.gpu_seconds for job in jobs)
    waiting = rate * fmean(job.queued_seconds for job in jobs)
    why = [
        f"Little's law: {rate * 60:.2g} jobs a minute x {engine:.3g} engine-seconds each keep {mean:.2g} engines busy on"
        f" average; {waiting:.2g} jobs wait.",
        f"In the busiest twentieth of the {_long(length)} slots it is {peak:.2g} or more; to stay"
        f" {aims.busy:.0%} busy at most, that takes {max(1, math.ceil(peak / aims.busy))}.",
        f"In {quiet:.0%} of the slots no job came: "
        + ("scale to zero between them." if least == 0 else "keep what the median slot needs."),
    ]
    if waits.p95 > aims.wait and most <= had:
        most = had + 1
        why.append(
            f"A twentieth of the jobs waited over {waits.p95:.3g} s with up to {had}; {aims.wait:g} s are wanted: one more."
        )
    elif waits.p95 > aims.wait:
        why.append(f"A twentieth of the jobs waited over {waits.p95:.3g} s; {aims.wait:g} s are wanted.")
    return Replicas(least=least, most=most, why=tuple(why))


def _slots(
    intervals: Sequence[IntervalSample], jobs: Sequence[JobSample], begin: datetime, end: datetime, length: float
) -> list[Slot]:
    number = max(1, math.ceil((end - begin).total_seconds() / length))
    sums = [dict.fromkeys(("busy", "idle", "away", "running", "demand"), 0.0) for _ in range(number)]
    told: list[list[float]] = [[] for _ in range(number)]
    arrived: list[list[JobSample]] = [[] for _ in range(number)]
    for sample in intervals:
        busy, idle = min(sample.busy_seconds, sample.seconds), _idle(sample)
        away = max(0.0, sample.seconds - busy - idle)
        for index, share in _shares(sample, begin, length, number):
            sums[index]["busy"] += busy * share
            sums[index]["idle"] += idle * share
            sums[index]["away"] += away * share
            sums[index]["running"] += sample.running_seconds * share
            if sample.gpu_utilisation is not None:
                told[index].append(sample.gpu_utilisation)
    for job in jobs:
        index = _index(job.at - timedelta(seconds=job.seconds + job.queued_seconds), begin, length, number)
        arrived[index].append(job)
        sums[index]["demand"] += job.gpu_seconds
    return [
        Slot(
            at=begin + timedelta(seconds=index * length),
            arrivals=len(arrived[index]),
            output_tokens=sum(job.output_tokens for job in arrived[index]),
            wait=_at(sorted(job.queued_seconds for job in arrived[index]), 0.95) if arrived[index] else None,
            utilisation=fmean(told[index]) if told[index] else None,
            **sums[index],
        )
        for index in range(number)
    ]


def _shares(sample: IntervalSample, begin: datetime, length: float, number: int) -> Iterator[tuple[int, float]]:
    """The slots that an interval lies in, each with the share of it that does."""
    end = (sample.at - begin).total_seconds()
    start = end - sample.seconds
    first, last = (min(number - 1, max(0, int(moment / length))) for moment in (start, end))
    if first == last or sample.seconds <= 0:
        yield last, 1.0
        return
    for index in range(first, last + 1):
        low = start if index == first else index * length
        high = end if index == last else (index + 1) * length
        if high > low:
            yield index, (high - low) / sample.seconds


def _index(at: datetime, begin: datetime, length: float, number: int) -> int:
    return min(number - 1, max(0, int((at - begin).total_seconds() / length)))


def _slot_seconds(span: float) -> float:
    """Five minutes, or so many times that as keeps the slots few; shorter where the whole record is."""
    if span < 12 * SLOT_SECONDS:
        return max(1.0, span / 12)
    return SLOT_SECONDS * max(1, math.ceil(span / SLOT_SECONDS / MOST_SLOTS))


def _idle(sample: IntervalSample) -> float:
    return max(0.0, sample.seconds - sample.busy_seconds) if sample.state == "ready" else 0.0


def _costs(aims: Aims, seconds: float, busy: float, tokens: int, tokens_out: int) -> Costs | None:
    if aims.hour is None:
        return None
    total = seconds / 3600 * aims.hour
    if busy < ENOUGH_BUSY:
        tokens = tokens_out = 0
    return Costs(
        currency=aims.currency,
        hour=aims.hour,
        total=total,
        idle=(seconds - busy) / 3600 * aims.hour,
        thousand_tokens=total / tokens * 1000 if tokens else None,
        thousand_tokens_busy=busy / 3600 * aims.hour / tokens * 1000 if tokens else None,
        thousand_output_tokens=total / tokens_out * 1000 if tokens_out else None,
    )


def _spread(values: Iterable[float]) -> Spread | None:
    known = sorted(values)
    return Spread(median=_at(known, 0.5), p95=_at(known, 0.95), most=known[-1]) if known else None


def _at(known: Sequence[float], share: float) -> float:
    """The smallest value that at least that share of the sorted values does not exceed (nearest rank)."""
    return known[max(0, math.ceil(share * len(known)) - 1)]


def _any(told: Sequence[tuple[float, float]]) -> bool:
    return any(time for _, time in told)


def _long(length: float) -> str:
    return f"{length / 60:g}-minute" if length % 60 == 0 else f"{length:.0f}-second"


def utc(at: datetime) -> str:
    """`2026-11-22 21:40`, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
