"""Organisations of a thousand repositories on the fake GitHub: rate limits, a second scan, and a kill -9 in the middle.

What counts are requests of REST that are not answered with 304, and points of GraphQL, which have a limit of their own.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.fakes.github import FakeGitHub, Limits
from tests.fakes.organisations import OFF, Mix, furnish
from tests.fakes.scanned import FILES, TOKEN, scan_account, usual

Measure = dict[str, Any]
COUNT = int(os.environ.get("SCANS", "1000"))
HOURLY = 5000
"""GitHub's limit for a person's token."""


def measures() -> Iterable[Measure]:
    """Every measure of this module."""
    with tempfile.TemporaryDirectory(prefix="fusion-bench-") as folder:
        yield from _limited(Path(folder) / "mixed", "a realistic mix", Mix())
        yield from _limited(Path(folder) / "off", "everything switched off", OFF)
        yield from _killed(Path(folder) / "killed")


def _limited(home: Path, kind: str, mix: Mix) -> Iterable[Measure]:
    """Twice the whole organisation, with GitHub's limit of 5,000 an hour; time passes where a limit has to end."""
    what = f"{COUNT:,} repositories, {kind}"
    with FakeGitHub(limits=Limits(hourly=HOURLY)) as github:
        furnish(github, "octo", COUNT, FILES, mix, admin="ada")
        token = github.sign_in("ada")
        costs: list[tuple[int, int]] = []
        for name in ("first", "second"):
            began = time.perf_counter()
            found = asyncio.run(scan_account(github, home, name, GITHUB_TOKEN=token))
            seconds = time.perf_counter() - began
            statuses = {one.status for one in found.report.repositories}
            assert len(found.report.repositories) == COUNT
            assert statuses <= {"scanned", "archived"}, statuses
            rest = found.counted - found.points
            costs.append((rest, found.counted))
            yield {"name": f"{what}: {name} scan", "value": round(seconds, 1), "unit": "s"}
            yield {"name": f"{what}: {name} scan, by GitHub's clock", "value": round(found.hours, 2), "unit": "h"}
            yield {"name": f"{what}: {name} scan, REST counted a repository", "value": round(rest / COUNT, 2), "unit": ""}
            points = round(found.points / COUNT, 2)
            yield {"name": f"{what}: {name} scan, GraphQL points a repository", "value": points, "unit": ""}
            yield {"name": f"{what}: {name} scan, asked a repository", "value": round(found.asked / COUNT, 2), "unit": ""}
        for number, counted in enumerate(("REST", "REST and GraphQL")):
            ratio = costs[0][number] / max(costs[1][number], 1)
            yield {"name": f"{what}: {counted} counted, first to second", "value": round(ratio, 1), "unit": "x"}


def _killed(home: Path) -> Iterable[Measure]:
    """`fusion scan --org` as a process: killed half way, resumed, and how much of it was done twice."""
    home.mkdir(parents=True)
    what = f"{COUNT:,} repositories, killed in the middle"
    with FakeGitHub(limits=Limits(hourly=10_000_000)) as github:
        github.estate("octo", COUNT, FILES, settings=usual())
        github.organisation("octo")
        environment = os.environ | {
            "FUSION_HOME": str(home),
            "FUSION_GITHUB_API": github.api,
            "GITHUB_TOKEN": TOKEN,
            "FUSION_EVIDENCE": "off",
        }
        began = time.perf_counter()
        first = _fusion(environment, "scan", "--org", "octo", "--fail-on", "never")
        half = COUNT * 10
        while github.limits.counted < half and first.poll() is None:
            time.sleep(0.05)
        peak = _peak(first)
        first.send_signal(signal.SIGKILL)
        first.wait()
        before, out = github.limits.counted, home / "report.json"
        written = ["--format", "json", "--output", str(out)]
        second = _fusion(environment, "scan", "--org", "octo", "--resume", "--fail-on", "never", *written)
        most = 0
        while second.poll() is None:
            most = max(most, _peak(second))
            time.sleep(0.2)
        assert second.returncode == 0
        assert out.read_text(encoding="utf-8").count('"status": "scanned"') == COUNT
        yield {"name": f"{what}: both processes", "value": round(time.perf_counter() - began, 1), "unit": "s"}
        yield {"name": f"{what}: counted before the kill", "value": before, "unit": ""}
        yield {"name": f"{what}: counted in all", "value": github.limits.counted, "unit": ""}
        yield {"name": f"{what}: peak memory", "value": float(max(peak, most)), "unit": "MB"}


def _fusion(environment: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "fusion", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _peak(process: subprocess.Popen[bytes]) -> int:
    """Megabytes of the process at its largest so far; 0 once it is gone."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(lines[0].split()[1]) // 1024 if lines else 0
