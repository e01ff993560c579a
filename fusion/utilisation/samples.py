"""The lines that inference workers record: `gpu-worker/contract/sample.schema.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError

from fusion.model import Record

LONGEST_LINE = 10_000
"""Characters; a longer line is no sample."""

Seconds = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Moment = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC))]
Name = Annotated[str, Field(max_length=300)]


class _Line(Record):
    # A later worker may tell more.
    model_config = ConfigDict(frozen=True, extra="ignore")

    schema_version: Literal[1]
    at: Moment
    worker: Name


class IntervalSample(_Line):
    """What a worker did in the `seconds` before `at`."""

    kind: Literal["interval"]
    accelerator: Name
    state: Literal["starting", "ready", "down", "draining"]
    capacity: Annotated[int, Field(ge=1, le=100_000)]
    seconds: Seconds
    busy_seconds: Seconds
    """In which at least one generation ran."""
    running_seconds: Seconds
    """The integral of the generations that ran."""
    gpu_utilisation: Annotated[float, Field(ge=0, le=1)] | None = None
    gpu_memory_used: Count | None = None
    gpu_memory_total: Count | None = None
    power_watts: Annotated[float, Field(ge=0, le=1e6)] | None = None


class JobSample(_Line):
    """One job that was answered at `at`."""

    kind: Literal["job"]
    job: Name
    urgency: Name
    model: Name
    ending: Name
    queued_seconds: Seconds
    seconds: Seconds
    first_token_seconds: Seconds | None = None
    gpu_seconds: Seconds
    """Its share of the engine's time."""
    input_tokens: Count
    output_tokens: Count
    cached_tokens: Count


class Recorded(Record):
    """Everything that was read, in the order of time."""

    intervals: tuple[IntervalSample, ...] = ()
    jobs: tuple[JobSample, ...] = ()
    skipped: int = 0
    """Lines that are no samples."""
    first_skipped: str = ""
    """Where the first of them is and what is wrong with it."""


_SAMPLE: TypeAdapter[IntervalSample | JobSample] = TypeAdapter(
    Annotated[IntervalSample | JobSample, Field(discriminator="kind")]
)


def read(files: Iterable[tuple[str, Iterable[str]]]) -> Recorded:
    """Read files, each with its name and its lines. What is no sample is counted: a worker that died leaves half a line."""
    intervals: list[IntervalSample] = []
    jobs: list[JobSample] = []
    skipped, first = 0, ""
    for name, lines in files:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            sample = _sample(line)
            if isinstance(sample, str):
                skipped += 1
                first = first or f"{name}:{number}: {sample}"
            elif isinstance(sample, IntervalSample):
                intervals.append(sample)
            else:
                jobs.append(sample)
    return Recorded(
        intervals=tuple(sorted(intervals, key=lambda sample: sample.at)),
        jobs=tuple(sorted(jobs, key=lambda sample: sample.at)),
        skipped=skipped,
        first_skipped=first,
    )


def _sample(line: str) -> IntervalSample | JobSample | str:
    """The sample, or what is wrong with the line."""
    if len(line) > LONGEST_LINE:
        return "the line is too long"
    try:
        return _SAMPLE.validate_json(line)
    except ValidationError as error:
        try:
            json.loads(line)
        except (ValueError, RecursionError):
            return "it is not JSON"
        problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
        return f"{'.'.join(str(part) for part in problem['loc']) or 'the line'}: {problem['msg'].lower()}"
