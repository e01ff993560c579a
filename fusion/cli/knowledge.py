"""`fusion knowledge`: what Fusion knows about libraries, and whether further knowledge is right."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fusion.cli import Exit, app, say
from fusion.errors import UserError

if TYPE_CHECKING:
    from fusion.dataflow.knowledge.added import AddedFile
    from fusion.dataflow.knowledge.schema import Library

LANGUAGES = ("python", "javascript")
BUILT_IN = "built in"

commands = typer.Typer(
    no_args_is_help=True, help="What is known about libraries, and whether more of it is right.", rich_markup_mode=None
)
app.add_typer(commands, name="knowledge")


@commands.command("list")
def list_libraries(
    language: Annotated[str, typer.Option("--language", help="python or javascript (TypeScript too) only.")] = "",
    format: Annotated[str, typer.Option("--format", "-f", help="table or json.")] = "table",
) -> None:
    """List the libraries that the data-flow analysis knows: packages, entries by section, and whose knowledge it is."""
    from fusion.dataflow.knowledge.description import SECTIONS, count

    if format not in ("table", "json"):
        raise UserError(f"There is no format {format!r} for knowledge; there are: table, json.")
    known, mistakes = _known(language)
    if format == "json":
        libraries = [_document(library, origin) for library, origin in known]
        typer.echo(json.dumps({"schema_version": 1, "libraries": libraries, "not_used": mistakes}, indent=2))
        return
    from rich.table import Table
    from rich.text import Text

    from fusion.cli.show import Terminal
    from fusion.render.text import visible

    table = Table(box=None, pad_edge=False)
    table.add_column("library", overflow="fold")
    table.add_column("language", no_wrap=True)
    table.add_column("from", overflow="fold")
    table.add_column("packages", overflow="fold", ratio=1)
    table.add_column("entries", overflow="fold", ratio=2)
    for library, origin in known:
        packages = ", ".join(library.packages) or "always"
        numbers = ", ".join(
            f"{number} {SECTIONS[section][0] if number != 1 else section}" for section, number in count(library).items()
        )
        table.add_row(*(Text(visible(text)) for text in (library.library, library.language, origin, packages, numbers)))
    Terminal(highlight=False).print(table)
    for sentence in mistakes:
        say(sentence)


@commands.command(short_help="Show what is known about one library.")
def show(
    library: Annotated[str, typer.Argument(metavar="LIBRARY", help="As `fusion knowledge list` calls it.")],
    language: Annotated[str, typer.Option("--language", help="Where both languages have one of that name.")] = "",
) -> None:
    """Show what is known about one library: its sources, sinks, sanitizers and the rest, with kinds and reasons."""
    import difflib

    known, mistakes = _known(language)
    chosen = [(found, origin) for found, origin in known if found.library == library]
    if not chosen:
        near = difflib.get_close_matches(library, {found.library for found, _ in known}, n=1)
        hint = f"did you mean {near[0]}?" if near else "`fusion knowledge list` has them."
        raise UserError(f"Nothing is known about a library called {library!r}; {hint}")
    for found, origin in chosen:
        _print(found, origin)
    for sentence in mistakes:
        say(sentence)


@commands.command(short_help="Say whether a folder of knowledge files is right.")
def check(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="It holds python/*.toml, javascript/*.toml.")],
) -> None:
    """Say whether knowledge files are right, and run the samples beside them (python/acme.py beside python/acme.toml).

    A sample's comments `# expect: KIND` say what must be found, and each entry must be needed for it. Exit codes: 0 right and
    proved, 1 a sample shows something else or does not need an entry, 2 a mistake in a file.
    """
    from fusion.dataflow.knowledge.added import read
    from fusion.dataflow.knowledge.loading import load_all
    from fusion.render.text import visible

    found, mistakes = read(folder, str(folder))
    proved = True
    for file in found:
        # Ours and the whole folder, because one library of a house builds on another.
        known = [*load_all(file.library.language), *(other.library for other in found if _goes_with(other, file))]
        lines, wrong, right = _proof(folder, file, known)
        mistakes += wrong
        proved = proved and right
        for line in lines:
            typer.echo(visible(line))
    for sentence in mistakes:
        say(f"fusion: {sentence}")
    if mistakes:
        raise typer.Exit(Exit.USAGE)
    raise typer.Exit(Exit.FINE if proved else Exit.FINDINGS)


def _goes_with(other: AddedFile, file: AddedFile) -> bool:
    return other.library.language == file.library.language


def _known(language: str) -> tuple[list[tuple[Library, str]], list[str]]:
    """Every library with where it comes from, and sentences about knowledge that cannot be used. Raises UserError."""
    from fusion import settings
    from fusion.dataflow.knowledge.added import added
    from fusion.dataflow.knowledge.loading import load_all

    if language not in ("", *LANGUAGES):
        raise UserError(f"--language takes {' or '.join(LANGUAGES)}, not {language!r}.")
    more = added(settings.read(os.environ).knowledge)
    known = [(library, BUILT_IN) for name in LANGUAGES for library in load_all(name)]
    known += [(file.library, file.origin) for file in more.files]
    chosen = [(library, origin) for library, origin in known if language in ("", library.language)]
    return sorted(chosen, key=lambda pair: (LANGUAGES.index(pair[0].language), pair[0].library)), list(more.mistakes)


def _document(library: Library, origin: str) -> dict[str, Any]:
    from fusion.dataflow.knowledge.description import count

    return {
        "library": library.library,
        "language": library.language,
        "from": origin,
        "packages": list(library.packages),
        "note": library.note,
        "entries": count(library),
    }


def _print(library: Library, origin: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from fusion.cli.show import Terminal
    from fusion.dataflow.knowledge.description import SECTIONS, described
    from fusion.render.text import visible

    console = Terminal(highlight=False, markup=False)
    console.print(Text(library.library, "bold"), f"({library.language}, {origin}):", Text(visible(library.note)))
    console.print("Read where a file imports", Text(visible(", ".join(library.packages) or "anything: it is always read")))
    for section, (_, about) in SECTIONS.items():
        rows = described(library, section)
        if not rows:
            continue
        console.print()
        console.print(Text(f"{about} ({section})", "bold underline"))
        table = Table(box=None, pad_edge=False, show_header=False, expand=True, padding=(0, 2, 0, 0))
        table.add_column(overflow="fold", ratio=5)
        table.add_column(overflow="fold", ratio=4)
        for row in rows:
            what = Text(visible("\n".join(row.names)))
            told = Text(visible(row.note))
            if row.says:
                told.append(visible(f"\n{row.says}" if row.note else row.says), "cyan" if row.note else "")
            table.add_row(what, told)
        console.print(table)


def _proof(folder: Path, file: AddedFile, known: list[Library]) -> tuple[list[str], list[str], bool]:
    """What to print about one file, the mistakes in it, and whether its sample proves all of it."""
    from fusion.dataflow import samples

    library, name = file.library, f"{file.library.language}/{file.path.name}"
    sample = samples.beside(folder, library.language, file.path.stem)
    entries = list(samples.entries(library))
    head = f"{name}: {_number(len(entries), 'entry', 'entries')}"
    if sample is None:
        return (
            [f"{head}; there is no sample {name.removesuffix('.toml')}.* beside it, so nothing shows what they do."],
            [],
            False,
        )
    try:
        text = sample.read_text("utf-8")
        wrong = samples.differences(sample, known)
        idle = samples.idle(sample, library, known)
    except UserError as error:
        return [], [str(error)], False
    except (OSError, UnicodeDecodeError) as error:
        return [], [f"The sample {sample.name} cannot be read: {error}."], False
    missing = [
        f"{name}: [[{entry.section}]] {entry.number} ({entry.knowledge.note}), test: "
        f"there is no {entry.knowledge.test} in {sample.name}."
        for entry in entries
        if not samples.names(text, entry.knowledge.test)
    ]
    lines = [f"{head}; {sample.name} shows {_number(len(samples.expected(sample, 'expect')), 'finding', 'findings')}"]
    for one in wrong:
        what = "is expected and not found" if one.expected else "is found and not expected"
        where = " where local data hurts, too" if one.distrusting else ""
        lines.append(f"  {library.language}/{sample.name}:{one.line}: {one.kind} {what}{where}")
    for entry in entries:
        lines.append(f"  {'not needed' if entry in idle else 'needed':<10}  {entry}")
    return lines, missing, not wrong and not idle


def _number(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"
