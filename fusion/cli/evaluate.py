"""`fusion eval dataflow`: how often the analysis is right, on files that somebody has labelled."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fusion.cli import app, say, work
from fusion.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from fusion.evaluation.labels import Label
    from fusion.evaluation.score import Score

LISTS = ("false-positives", "false-negatives", "extra")
LANGUAGES = ("python", "javascript")

commands = typer.Typer(
    no_args_is_help=True, help="How often Fusion is right, on labelled files and changes.", rich_markup_mode=None
)
app.add_typer(commands, name="eval")


@commands.callback()
def group() -> None:
    """How often Fusion is right, on labelled files and changes."""


@commands.command(short_help="Score the data-flow analysis.")
def dataflow(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder with the files.")],
    labels: Annotated[Path | None, typer.Option("--labels", help="The label file: file,kind,cwe,vulnerable.")] = None,
    csv_labels: Annotated[Path | None, typer.Option("--csv-labels", help="A label file: name,category,real,cwe.")] = None,
    skip_unknown: Annotated[bool, typer.Option("--skip-unknown", help="Leave out --csv-labels of unknown kinds.")] = False,
    against: Annotated[str, typer.Option("--against", help="Tools to run too: ruff,bandit,opengrep,semgrep.")] = "",
    format: Annotated[str, typer.Option("--format", "-f", help="table or json.")] = "table",
    language: Annotated[str, typer.Option("--language", help="python or javascript (TypeScript too) only.")] = "",
    listed: Annotated[str, typer.Option("--list", help="Print files: false-positives, false-negatives or extra.")] = "",
) -> None:
    """Score the data-flow analysis: true-positive rate, false-positive rate and Youden's index per kind, and its cost.

    Without --labels, every labels.csv and *.labels.csv below DIR is read. A file counts as flagged for the kind of its label
    when a flow of that kind ends in it (or leads from it into a file without labels); other kinds are listed apart.
    """
    from fusion.evaluation import peers
    from fusion.evaluation import report as reports

    _checked(folder, labels, csv_labels, format, language, listed)
    tools = [(name, peers.peer(name)) for name in dict.fromkeys(filter(None, map(str.strip, against.split(","))))]
    paths, chosen = _labels(folder, labels, csv_labels, skip_unknown=skip_unknown, language=language)

    from fusion.evaluation import analysis
    from fusion.evaluation.score import score

    targets = sorted({label.path for label in chosen})
    scores = [score(chosen, analysis.run(folder, paths, targets, knowledge=_added()))]

    async def others() -> list[Score]:
        return [score(chosen, await peers.run(name, tool, folder, targets)) for name, tool in tools]

    scores += work(others()) if tools else []
    if format == "json":
        typer.echo(json.dumps(reports.document(scores), indent=2))
    elif listed:
        _print_list(scores, listed)
    else:
        from fusion.render.text import visible

        typer.echo(visible(reports.table(scores)))


def _checked(folder: Path, labels: Path | None, csv_labels: Path | None, format: str, language: str, listed: str) -> None:
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}.")
    if labels is not None and csv_labels is not None:
        raise UserError("Choose one label file: --labels and --csv-labels were given.")
    if format not in ("table", "json"):
        raise UserError(f"There is no format {format!r} for scores; there are: table, json.")
    if language not in ("", *LANGUAGES):
        raise UserError(f"--language takes {' or '.join(LANGUAGES)}, not {language!r}.")
    if listed not in ("", *LISTS):
        raise UserError(f"--list takes {', '.join(LISTS)}, not {listed!r}.")


def _added() -> Sequence[Path]:
    """The knowledge that plugins and FUSION_KNOWLEDGE add, as in a review."""
    from fusion import settings
    from fusion.dataflow.knowledge.added import added

    more = added(settings.read(os.environ).knowledge)
    for sentence in more.mistakes:
        say(sentence)
    return more.paths


def _labels(
    folder: Path, labels: Path | None, csv_labels: Path | None, *, skip_unknown: bool, language: str
) -> tuple[Collection[str], list[Label]]:
    """The files of the folder, and the labels of those in the language."""
    from fusion.dataflow.repository import tree
    from fusion.evaluation import labels as files

    paths = files.walk(folder)
    if csv_labels is not None:
        found = files.read_public(csv_labels, paths, skip_unknown=skip_unknown)
    else:
        found = files.read(labels, paths) if labels is not None else files.found(folder, paths)
    chosen = [label for label in found if not language or tree.language(label.path) == language]
    if not chosen:
        raise UserError(f"None of the labelled files is {language}.")
    return paths, chosen


def _print_list(scores: list[Score], listed: str) -> None:
    """One line per file: tool, kind, file. The tool is named where there are several."""
    from fusion.render.text import visible

    for score in scores:
        if listed == "extra":
            found = list(score.extra)
        else:
            wrong = score.false_positives if listed == "false-positives" else score.false_negatives
            found = [(label.path, label.kind) for label in wrong]
        for path, kind in found:
            typer.echo(visible("\t".join(([score.verdicts.tool] if len(scores) > 1 else []) + [kind.value, path])))
