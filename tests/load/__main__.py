"""`python -m tests.load [--pulls N] [--count N] [--kills N] [--pushes N] [--evidence off|local]`: one campaign, its figures."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from tests.load.campaign import RATE, campaign


def main() -> int:
    """0 when nothing was lost and nothing doubled; the folder is kept when something was."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--pulls", type=int, default=100)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--pushes", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--evidence", choices=("off", "local"), default="off")
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="fusion-load-"))
    report = campaign(
        folder / "load",
        pulls=chosen.pulls,
        count=chosen.count,
        rate=chosen.rate,
        kills=chosen.kills,
        pushes=chosen.pushes,
        seed=chosen.seed,
        FUSION_EVIDENCE=chosen.evidence,
    )
    answers = report.answers
    told = {
        "statuses": dict(answers.statuses),
        "delivered again": answers.again,
        "acknowledged, ms": {"p50": answers.at(0.5), "p99": answers.at(0.99), "max": answers.at(1.0)},
        "sent in, s": round(answers.lasted, 2),
        "settled after, s": round(report.settled, 1),
        "CPU, s": {"bot": report.processor, "fake GitHub": report.forge},
        "memory, MiB": report.memory,
        "kills": report.kills,
        "pushes": report.pushes,
        "most": {name.removeprefix("fusion_"): value for name, value in sorted(report.most.items())},
        "found": vars(report.found),
    }
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
    if report.found.problems:
        sys.stdout.write(f"The files are in {folder}.\n")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
