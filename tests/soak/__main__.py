"""`python -m tests.soak [engine|lives|load ...]`: kill the engine and the bot at random moments and at every boundary."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.soak import bot
from tests.soak.campaign import Report, campaign

PARTS = ("engine", "lives", "load")


def main() -> int:
    """0 when everything ended exactly once; the folder is kept when something did not."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--kills", type=int, default=100, help="how often the engine is killed (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="fixes modes and moments (default: %(default)s)")
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are: {', '.join(PARTS)}")
    parts = chosen.parts or PARTS
    console = Console()
    folder = Path(tempfile.mkdtemp(prefix="fusion-soak-"))
    told: list[bot.Told] = []
    if "engine" in parts:
        told.append(_engine(console, folder / "engine", kills=chosen.kills, seed=chosen.seed))
    if "lives" in parts:
        with console.status("cutting a pull request's life"):
            told.append(bot.lives(folder / "lives"))
    if "load" in parts:
        for kills, pushes in ((0, 0), (20, 0), (20, 60)):
            with console.status(f"loading the bot, {kills} kills, {pushes} pushes"):
                told.append(bot.load(folder / f"load-{kills}-{pushes}", kills=kills, pushes=pushes, seed=chosen.seed))
    for problems, sentence in told:
        console.print("\n".join(problems) or sentence, soft_wrap=True, highlight=False)
    if any(problems for problems, _ in told):
        console.print(f"Seed {chosen.seed}; the files are in {folder}.", soft_wrap=True, highlight=False)
        return 1
    shutil.rmtree(folder)
    return 0


def _engine(console: Console, folder: Path, *, kills: int, seed: int) -> bot.Told:
    columns = (TextColumn("killing the engine"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("kills", total=kills)

        def progress(report: Report) -> None:
            bar.update(task, completed=report.kills)

        report = campaign(folder, kills=kills, seed=seed, progress=progress)
    return report.problems, (
        f"Killed the engine {report.kills} times in {report.rounds} rounds ({report.seconds:.0f} s, seed {seed}): "
        f"{report.runs} runs ended, each once; {report.effects} steps had their effect, {report.repeated} of them "
        "were tried again after a kill, under the same key."
    )


if __name__ == "__main__":
    sys.exit(main())
