"""`python -m tests.soak`: kill the engine at random moments, a hundred times, and account for every run."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.soak.campaign import Report, campaign


def main() -> int:
    """0 when every run of the campaign finished exactly once; the folder is kept when one did not."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="how often the process is killed (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="fixes modes and moments (default: %(default)s)")
    chosen = parser.parse_args()
    console = Console()
    folder = Path(tempfile.mkdtemp(prefix="fusion-soak-"))
    columns = (TextColumn("killing the engine"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("kills", total=chosen.kills)

        def progress(report: Report) -> None:
            bar.update(task, completed=report.kills)

        report = campaign(folder, kills=chosen.kills, seed=chosen.seed, progress=progress)
    told = [*report.problems, f"Seed {chosen.seed}; the journals are in {folder}."]
    if not report.problems:
        told = [
            f"Killed {report.kills} times in {report.rounds} rounds ({report.seconds:.0f} s, seed {chosen.seed}): "
            f"{report.runs} runs ended, each once; {report.effects} steps had their effect, {report.repeated} of them "
            "were tried again after a kill, under the same key."
        ]
    console.print("\n".join(told), soft_wrap=True, highlight=False)
    if report.problems:
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
