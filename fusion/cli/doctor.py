"""`fusion doctor`: what is ready on this machine, and what is skipped and why."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fusion.cli import app, work
from fusion.errors import FusionError, UserError

if TYPE_CHECKING:
    from fusion.ports import Installed
    from fusion.settings import Settings


@app.command(short_help="Show what is ready here, and what is skipped and why.")
def doctor(
    format: Annotated[str, typer.Option("--format", "-f", help="terminal or json.")] = "terminal",
    azure: Annotated[bool, typer.Option("--azure", help="Look at what is configured on Azure instead, from here.")] = False,
) -> None:
    """Show each analyzer, agent, format, adapter, model endpoint and added piece of knowledge: ready, or skipped and why.

    With --azure: who signs in, each service, role, queue, index and clock, and the command that mends what is wrong; the exit
    code is 1 where something is to be mended.
    """
    if format not in ("terminal", "json"):
        raise UserError(f"There is no format {format!r} for doctor; there are: terminal, json.")
    if azure:
        from fusion.cli.doctor_azure import report

        raise typer.Exit(report(format))
    rows = _rows()
    if format == "json":
        keys = ("kind", "name", "ready", "detail")
        typer.echo(json.dumps({"schema_version": 1, "parts": [dict(zip(keys, row, strict=True)) for row in rows]}, indent=2))
        return
    from rich.table import Column, Table
    from rich.text import Text

    from fusion.cli.show import Terminal
    from fusion.render.text import visible

    table = Table("part", "name", "state", Column("detail", overflow="fold"), box=None, pad_edge=False)
    for kind, name, ready, detail in rows:
        table.add_row(kind, name, Text("ready", "green") if ready else Text("skipped", "yellow"), Text(visible(detail)))
    Terminal(highlight=False).print(table)


def _rows() -> list[tuple[str, str, bool, str]]:
    from fusion import plugins, runtime, settings
    from fusion.cli import doctor_evidence
    from fusion.cli import doctor_scans as scanning
    from fusion.dataflow.knowledge.added import added
    from fusion.evidence.analyzer import Ready
    from fusion.evidence.sandbox import Sandbox
    from fusion.render.phrases import listed

    configured = settings.read(os.environ)
    sandbox = Sandbox.detect()
    rows = [
        ("python", platform.python_version(), True, platform.platform()),
        ("git", "git", shutil.which("git") is not None, shutil.which("git") or "not installed: local changes cannot be read"),
        (
            "sandbox",
            "network",
            sandbox.network_cut,
            sandbox.isolation if sandbox.network_cut else f"{sandbox.isolation}: only analyzers that just parse run",
        ),
    ]
    try:
        rows.append(("state", "folder", True, str(runtime.state_folder(configured))))
    except UserError as error:
        rows.append(("state", "folder", False, str(error)))
    rows += doctor_evidence.rows(configured)
    analyzers = plugins.analyzers()
    for name, analyzer in analyzers.plugins.items():
        found = analyzer.locate()
        detail = f"{found.version} {found.executable.name}".strip() if isinstance(found, Ready) else found.reason
        rows.append(("analyzer", name, isinstance(found, Ready), detail))
    agents, formats = plugins.agents(), plugins.formats()
    asked, rows_of_models = _models(configured)
    half = f"reasons with {asked}" if asked else "deterministic half; no model is configured"
    rows += [("agent", name, True, half) for name in agents.plugins]
    rows += rows_of_models
    rows += [("format", name, True, format.media_type) for name, format in formats.plugins.items()]
    for kind, loaded in (("analyzer", analyzers.broken), ("agent", agents.broken), ("format", formats.broken)):
        rows += [(kind, name, False, why) for name, why in loaded.items()]
    more = added(configured.knowledge)
    rows += [("knowledge", file.library.library, True, f"{file.library.language}, {file.origin}") for file in more.files]
    rows += [("knowledge", "left out", False, sentence) for sentence in more.mistakes]
    token = "with GITHUB_TOKEN" if configured.github_token else "without a token: public repositories only, 60 requests an hour"
    rows.append(("adapter", "github (read)", True, f"{configured.github_api}, {token}"))
    installations: Sequence[Installed] = ()
    if missing := configured.missing_for_bot:
        rows.append(("bot", "github app", False, f"{listed(missing)} not set: only `fusion serve` needs it"))
    else:
        told, installations = _app(configured)
        rows.append(("bot", "github app", *told))
    return [*rows, *scanning.rows(configured, analyzers.plugins, installations)]


def _models(configured: Settings) -> tuple[str, list[tuple[str, str, bool, str]]]:
    """Who is asked first to review, or nobody, and a row for the models file and each of its endpoints."""
    from fusion.cli.models import distrusted
    from fusion.model import Work
    from fusion.routing import catalogue
    from fusion.routing.readiness import outlook, readiness
    from fusion.runtime import is_installed

    if configured.models is None:
        return "", [("models", "file", False, "FUSION_MODELS is not set: no model is asked")]
    try:
        file = catalogue.read(configured.models)
    except UserError as error:
        return "", [("models", "file", False, str(error))]
    barred = distrusted(configured) if file.endpoints else {}
    ready = readiness(file, os.environ, kernel=is_installed(), today=datetime.now(UTC).date(), barred=barred)
    usable = {one.endpoint.name for one in ready if one.ready}
    first = next((one for one in outlook(file)[Work.REVIEW] if not one.refusal and one.endpoint.name in usable), None)
    rows = [("models", "file", True, str(configured.models) + ("" if file.endpoints else ": it has no endpoints"))]
    rows += [("endpoint", one.endpoint.name, one.ready, one.detail) for one in ready]
    return first.endpoint.model if first else "", rows


def _app(configured: Settings) -> tuple[tuple[bool, str], Sequence[Installed]]:
    """Whether GitHub knows the App, by asking it, and where it is installed."""
    from fusion import runtime

    try:
        identity, installations = work(runtime.introduce(configured))
    except FusionError as error:
        return (False, str(error)), ()
    count = len(installations)
    told = f"{identity}, installed {count} time{'s' if count != 1 else ''}"
    return (count > 0, told if count else f"{told}: install it on GitHub"), installations
