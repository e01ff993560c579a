"""What `fusion gpu report` makes of recorded samples: figures that can be checked by hand, hostile lines, the picture."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusion.errors import UserError
from fusion.utilisation import chart, text
from fusion.utilisation.analysis import Aims, Report, analyse
from fusion.utilisation.samples import Recorded, read
from gpu_worker import samples as written
from gpu_worker.contract import Ending, Result
from gpu_worker.nvml import Reading

ROOT = Path(__file__).parents[2]
BEGIN = datetime(2026, 11, 22, 9, tzinfo=UTC)


def fusion(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "", "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
    command = [sys.executable, "-m", "fusion", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def interval(
    minute: float, *, worker: str = "w0", state: str = "ready", busy: float = 0.0, running: float = 0.0, **nvml: Any
) -> str:
    line = written.interval(
        at=BEGIN + timedelta(minutes=minute + 1),
        worker=worker,
        accelerator="Tesla T4",
        state=state,
        capacity=4,
        seconds=60.0,
        busy_seconds=busy,
        running_seconds=running,
        reading=Reading(**nvml),
    )
    return json.dumps(line)


def job(minute: float, *, queued: float = 0.0, seconds: float = 30.0, gpu: float = 15.0, ending: Ending = Ending.OK) -> str:
    """One that arrived at that minute."""
    result = Result(
        job=f"j{minute}",
        ending=ending,
        model="m",
        input_tokens=800,
        output_tokens=200,
        cached_tokens=600,
        queued_seconds=queued,
        first_token_seconds=0.5,
        seconds=seconds,
        gpu_seconds=gpu,
    )
    at = BEGIN + timedelta(minutes=minute, seconds=queued + seconds)
    return json.dumps(written.job(at=at, worker="w0", urgency="pull", result=result))


def report(lines: list[str], **aims: Any) -> Report:
    return analyse(read([("s", lines)]), Aims(**aims))


def hour() -> list[str]:
    """One worker for an hour: a minute of start, half of the rest busy with two generations side by side."""
    lines = [interval(0, state="starting")]
    lines += [
        interval(minute, busy=30, running=60, utilisation=0.5, memory_used=8, memory_total=16, power=70.0)
        for minute in range(1, 60)
    ]
    return lines + [job(minute) for minute in range(1, 60)]


def test_an_hour_in_figures() -> None:
    made = report(hour(), hour=3.6)
    assert (made.seconds, made.busy, made.idle, made.away) == (3600, 59 * 30, 59 * 30, 60)
    assert (made.batch, made.batch_efficiency, made.utilisation, made.memory) == (2.0, 0.5, 0.5, 0.5)
    assert made.watt_hours == pytest.approx(70 * 59 / 60)
    assert (made.input_tokens, made.output_tokens, made.prefix_hits) == (59 * 800, 59 * 200, 0.75)
    assert made.costs is not None
    assert (made.costs.total, made.costs.idle) == (pytest.approx(3.6), pytest.approx(3.6 - 1.77))
    assert made.costs.thousand_tokens == pytest.approx(3.6 / 59)
    assert made.costs.thousand_tokens_busy == pytest.approx(1.77 / 59)
    assert made.first_token is not None
    assert made.first_token.p95 == 0.5
    assert sum(slot.arrivals for slot in made.slots) == 59


def test_the_picture_of_time_adds_up() -> None:
    made = report(hour())
    assert sum(slot.busy for slot in made.slots) == pytest.approx(made.busy)
    assert sum(slot.idle for slot in made.slots) == pytest.approx(made.idle)
    assert sum(slot.away for slot in made.slots) == pytest.approx(made.away)
    assert sum(slot.demand for slot in made.slots) == pytest.approx(59 * 15)


def steady(engines: float, **changed: Any) -> list[str]:
    """Two hours in which the arrivals keep so many engines busy."""
    lines = [interval(minute, busy=60, running=120) for minute in range(120)]
    return lines + [job(minute, gpu=60 * engines, **changed) for minute in range(120)]


@pytest.mark.parametrize(("engines", "least", "most"), [(0.1, 1, 1), (0.65, 1, 1), (0.75, 2, 2), (2.7, 4, 4)])
def test_replicas_follow_littles_law(engines: float, least: int, most: int) -> None:
    found = report(steady(engines)).replicas
    assert (found.least, found.most) == (least, most), found.why


def test_long_waits_call_for_one_more_than_there_were() -> None:
    found = report(steady(0.5, queued=90.0), wait=60.0).replicas
    assert (found.least, found.most) == (1, 2)
    assert "waited over 90 s with up to 1; 60 s are wanted" in found.why[-1]


def test_quiet_hours_scale_to_zero() -> None:
    lines = [interval(minute) for minute in range(600)] + [job(minute) for minute in range(60)]
    found = report(lines).replicas
    assert (found.least, found.most) == (0, 1)


def test_no_job_calls_for_nothing() -> None:
    made = report([interval(minute) for minute in range(10)])
    assert (made.replicas.least, made.replicas.most) == (0, 1)
    assert (made.batch, made.prefix_hits, made.costs) == (None, None, None)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([interval(0)], "0 jobs are recorded, within 1 min: too little to recommend by."),
        ([interval(0, busy=0.2, running=0.2), job(0, seconds=0.2, gpu=0.2)], "1 job is recorded, within 1 min: too little"),
        ([interval(0, busy=40, running=40), *(job(0.1) for _ in range(30))], "30 jobs are recorded, within 1 min: too little"),
        ([*(interval(minute, busy=3) for minute in range(60)), job(0)], "1 job is recorded, within 60 min: too little"),
    ],
    ids=["no job", "one", "one minute", "one in an hour"],
)
def test_too_little_is_said_instead_of_recommending_by_it(lines: list[str], told: str) -> None:
    made = report(lines, hour=3.6)
    assert (made.replicas.least, made.replicas.most) == (None, None)
    assert made.replicas.why[0].startswith(told)
    shown = text.render(made)
    assert "Replicas     no recommendation" in shown
    assert "None" not in shown + chart.html(made)
    if made.busy < 10:
        assert made.tokens_per_second is None
        assert made.costs is not None
        assert made.costs.thousand_tokens is None
        assert "too little was generated to say what a token costs" in " ".join(shown.split())


def test_a_cpu_has_no_utilisation_rather_than_none_of_it() -> None:
    made = report([interval(0, busy=60, running=60)])
    assert made.utilisation is None
    assert "none told its utilisation" in text.render(made)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"half', "it is not JSON"),
        ("[1]", "input should be an object"),
        ('{"kind": "other"}', "other"),
        (interval(0).replace("60.0", "1e999"), "seconds"),
        (interval(0).replace('"capacity": 4', '"capacity": 0'), "capacity"),
        (interval(0).replace("2026-11", "0001-11"), "at"),
        (interval(0).replace('"schema_version": 1', '"schema_version": 2'), "schema_version"),
        ("x" * 20_000, "too long"),
    ],
)
def test_lines_that_are_no_samples_are_counted_and_named(line: str, told: str) -> None:
    recorded = read([("s.jsonl", [interval(0), "", line])])
    assert (len(recorded.intervals), recorded.skipped) == (1, 1)
    assert recorded.first_skipped.startswith("s.jsonl:3: ")
    assert told in recorded.first_skipped


def test_nothing_recorded_says_what_to_set() -> None:
    with pytest.raises(UserError, match="FUSION_WORKER_SAMPLES"):
        analyse(Recorded(), Aims())


NUMBERS = st.floats(0, 1e6) | st.integers(0, 10**6)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "schema_version": st.just(1),
                "kind": st.just("interval"),
                "at": st.datetimes(datetime(2000, 1, 2), datetime(2199, 1, 1)).map(lambda at: f"{at.isoformat()}Z"),
                "worker": st.text(max_size=10),
                "accelerator": st.text(max_size=10),
                "state": st.sampled_from(["starting", "ready", "down", "draining"]),
                "capacity": st.integers(1, 100),
                "seconds": NUMBERS,
                "busy_seconds": NUMBERS,
                "running_seconds": NUMBERS,
                "gpu_utilisation": st.none() | st.floats(0, 1),
            }
        ),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, 3),
)
@settings(max_examples=40, deadline=None)
def test_whatever_was_recorded_can_be_shown(lines: list[dict[str, object]], jobs: int) -> None:
    recorded = read([("s", [json.dumps(line) for line in lines] + [job(minute) for minute in range(jobs)])])
    assert recorded.skipped == 0
    made = analyse(recorded, Aims(hour=1.0))
    assert all(math.isfinite(value) for value in (made.busy, made.idle, made.away))
    least, most = made.replicas.least, made.replicas.most
    assert (least is None) == (most is None)
    assert least is None or most is None or 0 <= least <= most
    ET.fromstring(chart.svg(made))
    assert all(len(line) <= 80 for line in text.render(made).splitlines()[3:])


def test_names_in_the_picture_cannot_be_markup() -> None:
    made = report([interval(0, worker="w").replace("Tesla T4", "<script>alert(1)</script>")])
    page = chart.html(made)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_the_command_prints_and_draws(tmp_path: Path) -> None:
    (tmp_path / "w.jsonl").write_text("\n".join(hour()[:40]) + "\n", encoding="utf-8")
    (tmp_path / "w.jsonl.1").write_text("\n".join(hour()[40:]) + '\n{"half', encoding="utf-8")
    picture = tmp_path / "chart.svg"
    done = fusion("gpu", "report", str(tmp_path), "--price", "3.6", "--chart", str(picture))
    assert done.returncode == 0, done.stderr
    assert "Replicas     1 to 1" in done.stdout
    assert "3.60 USD at 3.6 an hour, 1.83 of it without a generation" in done.stdout
    assert "1 line of the files is no sample." in done.stdout
    ET.parse(picture)
    shown = json.loads(fusion("gpu", "report", str(tmp_path), "--format", "json").stdout)
    assert (shown["schema_version"], shown["seconds"], shown["costs"]) == (1, 3600, None)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["no-such-file"], "There is no file or folder no-such-file."),
        (["."], "There is no recorded file (*.jsonl) in the folder ."),
        (["x.jsonl"], "No interval of any worker is recorded there"),
        (["x.jsonl", "--format", "xml"], "There is no format 'xml' for this report"),
        (["x.jsonl", "--price", "nan"], "--price takes a number from 0 to 100000, not nan."),
        (["x.jsonl", "--chart", "c.png"], "--chart takes a file that ends in .svg or .html, not c.png."),
    ],
)
def test_wrong_input_is_one_sentence(tmp_path: Path, arguments: list[str], told: str) -> None:
    if arguments[0] == "x.jsonl":
        (tmp_path / "x.jsonl").write_text("nothing\n", encoding="utf-8")
    done = fusion("gpu", "report", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("fusion: ")
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
