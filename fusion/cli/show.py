"""What a person watches while a run goes on, and where the finished review is written."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from fusion import plugins
from fusion.cli import say
from fusion.errors import UserError
from fusion.model import Review
from fusion.progress import AgentFinished, Fetched, Heard, Judged, Notice, Quoted, ToolFinished, ToolStarted, Waits
from fusion.render.phrases import count, quoted, verdict
from fusion.render.terminal import print_evidence_line, print_review
from fusion.render.text import one_line


class Terminal(Console):
    """Standard output. (Rich itself would end the process with 1 when a reader goes away, which says "findings".)"""

    def on_broken_pipe(self) -> None:
        """Leave it to whoever writes: see `deliver`."""
        self.quiet = True
        raise BrokenPipeError


class Watcher:
    """Listens to a run. On a terminal it shows a progress bar; with `live` it prints each piece of evidence as it is found."""

    def __init__(self, *, live: bool, always: bool = False) -> None:
        self.console = Console(stderr=True, highlight=False)
        self.out = Terminal(highlight=False, soft_wrap=True)
        self.live = live and (always or self.out.is_terminal)
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.out if self.live and self.out.is_terminal else self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self.task: TaskID | None = None
        self.busy: set[str] = set()
        self.heard = 0
        self.told: set[str] = set()
        self.answering: set[str] = set()

    def __enter__(self) -> Watcher:
        self.progress.start()
        self.task = self.progress.add_task("Reading the change", total=None)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.progress.stop()

    def __call__(self, notice: Notice) -> None:
        """Take one notice of the run."""
        assert self.task is not None
        match notice:
            case Fetched():
                self.progress.update(self.task, description="Collecting evidence", total=len(notice.analyzers))
            case ToolStarted():
                self.busy.add(notice.tool)
                self._busy()
            case ToolFinished():
                self.busy.discard(notice.report.run.tool)
                self.progress.advance(self.task)
                self._busy()
                for evidence in notice.report.evidence if self.live else ():
                    print_evidence_line(evidence, self.progress.console if self.progress.console is self.out else self.out)
            case Quoted() if notice.quote.calls or notice.quote.kept:
                self.progress.console.print(f"fusion: {quoted(notice.quote)}", style="dim", markup=False)
                # From here on the bar counts what agents have read; how much that will be, notes and re-asks decide.
                self.progress.tasks[0].total = None
                self.progress.update(self.task, completed=0, description="Asking models")
            case Heard():
                self.heard += len(notice.text)
                self.answering.add(notice.agent)
                self._answers()
            case Waits():
                if notice.reason not in self.told:
                    self.told.add(notice.reason)
                    text = f"fusion: {one_line(notice.text)}"
                    self.progress.console.print(text, style="dim", markup=False, soft_wrap=True)
                self.progress.update(self.task, description=f"Waiting for {one_line(notice.what)[:40]}")
            case AgentFinished() if self.heard:
                self.progress.advance(self.task)
                self._answers()
            case AgentFinished():
                self.progress.update(self.task, description=f"Agents: {notice.report.agent}")
            case Judged():
                self.progress.update(self.task, description="Judging")

    def _answers(self) -> None:
        """One line that only grows, whoever is answered: many are at once. With the bar it fits 80 columns."""
        assert self.task is not None
        who = count(len(self.answering), "agent")
        self.progress.update(self.task, description=f"Models answer {who}: {self.heard:,} letters")

    def _busy(self) -> None:
        assert self.task is not None
        names = ", ".join(sorted(self.busy)[:3]) + (", ..." if len(self.busy) > 3 else "")
        self.progress.update(self.task, description=f"Collecting evidence: {names}" if names else "Asking the agents")


def writer(format: str, output: Path | None) -> Callable[[Review], None]:
    """How the finished review is written down. Checks before the run that it can be. Raises UserError."""
    if output and not output.resolve().parent.is_dir():
        raise UserError(f"The folder of --output {output} does not exist; make it first.")
    if format == "terminal":
        return lambda review: _terminal(review, output)
    formats = plugins.formats()
    if format not in formats.plugins:
        why = formats.broken.get(format)
        known = ", ".join(["terminal", *formats.plugins])
        raise UserError(
            f"The format {format} is broken: {why}." if why else f"There is no format {format!r}; there are: {known}."
        )
    return lambda review: _write(review, formats.plugins[format].render(review), output)


def _terminal(review: Review, output: Path | None) -> None:
    if output is None:
        print_review(review, Terminal(highlight=False))
        return
    text = io.StringIO()
    print_review(review, Console(file=text, width=100, no_color=True, highlight=False))
    _write(review, text.getvalue(), output)


def _write(review: Review, text: str, output: Path | None) -> None:
    if not text.endswith("\n"):
        text += "\n"
    data = text.encode("utf-8", "backslashreplace")
    if output is None:
        # Whatever the terminal's encoding: JSON and Markdown are UTF-8.
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        there = output.exists() and not output.is_file() and not output.is_symlink()
        if there or output.absolute().is_relative_to("/dev"):
            # A device or pipe (/dev/stdout, /dev/null) is written to; a file put in its place would be another thing.
            with output.open("wb") as device:
                device.write(data)
            return
        replace_file(output, data)
    except OSError as error:
        raise UserError(f"{output} cannot be written: {error.strerror}.") from None
    # Otherwise a pipeline's log would show an exit code and nothing else.
    say(f"{review.verdict.upper()}: {verdict(review)} Written to {output}.")


def replace_file(target: Path, data: bytes) -> None:
    """Write the file whole or not at all: beside the target, then renamed over it. An existing file keeps its mode.

    A link is replaced, not followed: one that lies in a repository may point anywhere.
    """
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".fusion-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(target.lstat().st_mode & 0o777 if target.is_file() and not target.is_symlink() else 0o666 & ~umask)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
