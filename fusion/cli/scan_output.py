"""What a person watches while a scan goes on, and where its result is written."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from fusion.check import About
from fusion.cli import say
from fusion.cli.show import Terminal, replace_file
from fusion.errors import FusionError, UserError
from fusion.model.compliance import OrganisationScan, Scan, ScanOf
from fusion.progress import Filed, Listed, Notice, Resumed, Scanned, ScanStep, ToolFinished, ToolStarted, Waits
from fusion.render.text import exact, one_line
from fusion.settings import Settings
from orchestrations.bundle import Bundle

if TYPE_CHECKING:
    from fusion.ports import Key
    from fusion.scanning.series import Point

FORMATS: Mapping[str, tuple[str, str]] = {
    "text": ("terminal", "txt"),
    "json": ("json", "json"),
    "html": ("html", "html"),
    "sarif": ("sarif", "sarif"),
    "oscal": ("oscal", "oscal.json"),
    "cyclonedx": ("cyclonedx", "cdx.json"),
    "spdx": ("spdx", "spdx.json"),
    "csv": ("csv", "csv"),
    "badge": ("badge", "svg"),
    "markdown": ("markdown", "md"),
}
"""Formats, each with its module in `fusion.render.scan` and the ending of its files."""
Ended = tuple[Scan | OrganisationScan | None, tuple[ScanOf, ...]]


PATIENCE = 60.0
"""Seconds that the very first question of a scan may go without an answer while a person waits."""


class ScanWatcher:
    """Listens to a scan, shows a progress bar on a terminal, and says once what is waited for."""

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self.patience = patience
        self.told: set[str] = set()
        self.away = ""
        self.limit: asyncio.Timeout | None = None
        self.last = 0.0
        self.console = Console(stderr=True, highlight=False)
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self.task: TaskID | None = None
        self.account = False
        self.filed = False

    def __enter__(self) -> ScanWatcher:
        self.progress.start()
        self.task = self.progress.add_task("Scanning", total=None)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.progress.stop()

    def __call__(self, notice: Notice) -> None:
        """Take one notice of the scan."""
        assert self.task is not None
        if self.limit is not None:
            self.limit.reschedule(self.last if isinstance(notice, Waits) and notice.first else None)
        match notice:
            case Waits():
                self.away = notice.text.partition("; it is asked again")[0]
                if notice.reason not in self.told:
                    self.told.add(notice.reason)
                    self._say(notice.text)
                self.progress.update(self.task, description=f"Waiting for {one_line(notice.what)[:40]}")
            case Resumed():
                until = f", which waits until {notice.until:%H:%M:%S} UTC" if notice.until else ""
                self._say(f"resuming the scan{f' of {notice.what}' if notice.what else ''} ({notice.id}){until}.")
            case Listed():
                self.account = True
                self.progress.update(self.task, total=notice.repositories, description=f"Scanning {notice.account}")
            case Scanned() if self.account:
                self.progress.advance(self.task)
            case Filed():
                self.filed = True
                self._say(notice.told)
            case ScanStep():
                name = one_line(notice.repository)[:40]
                self.progress.update(
                    self.task, description=f"{name}: {notice.step}" if self.account else notice.step.capitalize()
                )
            case ToolStarted() if not self.account:
                self.progress.update(self.task, description=f"Collecting evidence: {notice.tool}")
            case ToolFinished() if not self.account:
                self.progress.advance(self.task)
            case _:
                pass

    def _say(self, sentence: str) -> None:
        self.progress.console.print(f"fusion: {one_line(sentence)}", style="dim", markup=False, soft_wrap=True)

    async def patiently(self, scanning: Coroutine[Any, Any, Ended], id: str) -> Ended:
        """The scan to its end. Raises FusionError where nobody has answered its very first question in time."""
        self.last = asyncio.get_running_loop().time() + self.patience
        try:
            async with asyncio.timeout(None) as limit:
                self.limit = limit
                return await scanning
        except TimeoutError:
            if not limit.expired():
                raise
            raise FusionError(f"{self.away}; nothing was read. `fusion scan --resume` tries it again ({id}).") from None
        finally:
            self.limit = None


@dataclass(slots=True)
class Output:
    """Where the result goes, and in which form. `deliver` writes what `written` has prepared while the stores were open."""

    format: str
    path: Path | None
    of_account: bool
    text: str = ""
    files: int = 0

    @classmethod
    def checked(cls, format: str, path: Path | None, *, of_account: bool) -> Output:
        """Raises UserError: no such format, or it cannot be written there."""
        of_lines = of_account and format in ("text", "json", "csv")
        if format not in FORMATS or not (of_lines or find_spec(f"fusion.render.scan.{FORMATS[format][0]}")):
            there = [name for name, (module, _) in FORMATS.items() if find_spec(f"fusion.render.scan.{module}")]
            raise UserError(f"There is no format {format!r} for scans; there are: {', '.join(there)}.")
        if path is not None and not path.resolve().parent.is_dir():
            raise UserError(f"The folder of --output {path} does not exist; make it first.")
        if of_account and format not in ("text", "json", "csv") and path is None:
            raise UserError(f"With --org, --format {format} writes a file per repository: name a folder with --output.")
        if path is not None and path.is_dir() and (not of_account or format in ("text", "json", "csv")):
            raise UserError(f"--output {path} is a folder: name a file in it, such as {path / 'scan'}.{FORMATS[format][1]}.")
        if path is not None and not os.access(path if path.is_dir() else path.absolute().parent, os.W_OK):
            raise UserError(f"--output {path} cannot be written: you have no permission to.")
        if of_account and path is not None and format not in ("text", "json", "csv") and path.exists() and not path.is_dir():
            raise UserError(f"--output {path} is a file: with --org and --format {format} it has to be a folder.")
        return cls(format=format, path=path, of_account=of_account)

    async def written(self, result: dict[str, Any], bundle: Bundle) -> Ended:
        """Read the result and render it. Raises UserError: the scan of the account came to nothing."""
        assert bundle.compliance is not None
        checks = {check.about.id: check.about for check in bundle.compliance.checks}
        if "report" in result:
            report = OrganisationScan.model_validate_json(await bundle.blobs.get(result["report"]))
            try:
                await self._account(report, checks, bundle)
            except OSError as error:
                raise UserError(f"{self.path} cannot be written: {error.strerror}.") from None
            if result.get("message"):
                say(f"fusion: {result['message']}")
            return report, report.repositories
        if "repository" not in result:
            raise UserError(result["message"])
        line = ScanOf.model_validate(result)
        if not line.digest:
            return None, (line,)
        scan = Scan.model_validate_json(await bundle.blobs.get(line.digest))
        self.text = await self._rendered(scan, checks, bundle)
        return scan, (line,)

    async def _rendered(self, scan: Scan, checks: Mapping[str, About], bundle: Bundle) -> str:
        assert bundle.compliance is not None
        from fusion.render.scan.formats import named

        format, trend = named(FORMATS[self.format][0]), await trend_of(scan, bundle)
        return format.write(scan, checks=checks, catalogues=bundle.compliance.catalogues, trend=trend).decode()

    async def _account(self, report: OrganisationScan, checks: Mapping[str, About], bundle: Bundle) -> None:
        from fusion.render.scan import account
        from fusion.scanning.wanted import account_series_key

        trend = await series_of(account_series_key(bundle.tenant, report.account), report.id, bundle)
        if self.format in ("text", "json", "csv"):
            self.text = account.render(report, self.format, trend=trend)
            return
        assert self.path is not None
        ending = FORMATS[self.format][1]
        for line in report.repositories:
            if line.digest:
                scan = Scan.model_validate_json(await bundle.blobs.get(line.digest))
                file = self.path / f"{line.repository.replace('/', '--')}.{ending}"
                file.parent.mkdir(exist_ok=True)
                replace_file(file, (await self._rendered(scan, checks, bundle)).encode("utf-8", "backslashreplace"))
                self.files += 1
        self.path.mkdir(exist_ok=True)
        replace_file(self.path / "account.json", account.render(report, "json", trend=trend).encode())
        if self.format == "html":
            from fusion.render.scan.formats import organisation

            assert bundle.compliance is not None
            page = organisation(report, checks=checks, catalogues=bundle.compliance.catalogues, trend=trend)
            replace_file(self.path / "account.html", page)
        self.text = ""

    def deliver(self, ended: Ended) -> Ended:
        """Write down what was rendered. A reader that went away does not change how the scan ended."""
        if self.files:
            say(f"Written to {self.path}: {self.files} files, and account.json.")
        if not self.text:
            return ended
        data = (self.text if self.text.endswith("\n") else f"{self.text}\n").encode("utf-8", "backslashreplace")
        if self.path is not None:
            try:
                replace_file(self.path, data)
            except OSError as error:
                raise UserError(f"{self.path} cannot be written: {error.strerror}.") from None
            say(f"Written to {self.path}.")
            return ended
        try:
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ended


async def trend_of(scan: Scan, bundle: Bundle) -> Sequence[Point]:
    """A repository's scan and the whole ones before it; of a folder the scan's record says where they are kept."""
    from fusion.scanning.wanted import scan_key, series_key

    scope = scan.repository
    if await bundle.store.get(scan_key(bundle.tenant, scope, scan.id)) is None:
        # It has just been recorded, so that it is among the newest.
        newest = await bundle.store.list(tenant=bundle.tenant, kind="scan", limit=100)
        scope = next((one.key.scope for one in newest if one.key.id == scan.id), scope)
    return await series_of(series_key(bundle.tenant, scope), scan.id, bundle)


async def series_of(key: Key, scan: str, bundle: Bundle) -> Sequence[Point]:
    """The series up to that scan; nothing for one that is not in it, because it was not whole."""
    from fusion.scanning.series import Series

    stored = await bundle.store.get(key)
    return Series.model_validate(stored.value).up_to(scan) if stored else ()


async def listing(configured: Settings, format: str) -> None:
    """Print past scans, newest first, and those that were interrupted."""
    import json

    from fusion import local, runtime

    if format not in ("text", "json"):
        raise UserError(f"There is no format {format!r} for the list of scans; there are: text, json.")
    store, blobs = runtime.stores(configured)
    found = [
        {"id": one.key.id, "at": one.value["at"], **one.value["line"]}
        for one in await store.list(tenant=configured.tenant, kind="scan", limit=1000)
        if ":" not in one.key.id
    ]
    found += [
        {"id": one.key.id, "at": one.value["at"], "repository": f"--org {one.value['account']}", "status": "scanned"}
        for one in await store.list(tenant=configured.tenant, kind="scan-account", limit=1000)
    ]
    found.sort(key=lambda one: one["at"], reverse=True)
    found = [
        {
            "id": one.id,
            "at": one.begun.isoformat() if one.begun else "",
            "repository": one.what,
            "status": "running" if one.running else "interrupted",
        }
        for one in await local.unfinished_scans(configured.home, blobs)
    ] + found
    if format == "json":
        print(json.dumps(found, indent=2))
        return
    Terminal(highlight=False).print(past(found) if found else "No scans yet. `fusion scan` makes one.")


def past(scans: Sequence[Mapping[str, Any]]) -> Table:
    """Scans as a table that says all of each in 80 columns: what does not fit goes on in the next line."""
    table = Table(box=None, pad_edge=False)
    for title in ("scan", "at"):
        table.add_column(title, no_wrap=True)
    table.add_column("what", overflow="fold")
    for title in ("failed", "not\nassessed"):
        table.add_column(title, justify="right")
    for one in scans:
        counted = [str(one.get(name, 0)) if "digest" in one else "-" for name in ("failed", "not_assessed")]
        how = "" if one["status"] == "scanned" else f" ({one['status']})"
        table.add_row(one["id"], one["at"][:16].replace("T", " "), Text(f"{exact(one['repository'])}{how}".strip()), *counted)
    return table
