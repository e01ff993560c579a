"""opengrep or semgrep, where installed: data that flows from a request to where it does harm, and PHP, C# and Kotlin.

The rules are our own (`config/opengrep/rules.yml`), never a registry's. Neither program is among the default tools (semgrep
weighs 288 MB); opengrep is preferred, since it finds the same without telling anyone. Metrics, version checks, inline
`nosemgrep` comments, ignore files and the git state have no say. It parses and executes nothing of what it reads.

A file counts as read when the report says that it was scanned; errors and what was skipped make it unread.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from fusion.changes.roles import is_test
from fusion.evidence.analyzer import Command, Job, Missing, Output, Reading, Ready, Unreadable
from fusion.evidence.installed import batches, program
from fusion.evidence.payload import document, integer, mapping, objects, text
from fusion.evidence.source import Source
from fusion.model import Hit, Location, Unread

_ENDINGS = frozenset(
    {
        *(".php", ".cs", ".kt", ".kts", ".py", ".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx", ".java", ".go"),
    }
)


class Opengrep:
    """See the module's docstring."""

    name = "opengrep"
    parse_only = True
    timeout = 120.0

    def locate(self) -> Ready | Missing:
        """opengrep, else semgrep, on the search path or beside our interpreter."""
        for command in ("opengrep", "semgrep"):
            found = program(command, distribution=command)
            if isinstance(found, Ready):
                return found
        return Missing("neither opengrep nor semgrep is installed")

    def wants(self, path: str, data: bytes) -> bool:
        """Sources in a language that our rules know."""
        return bool(data.strip()) and PurePosixPath(path).suffix in _ENDINGS

    def commands(self, job: Job) -> Sequence[Command]:
        """One scan per batch of files."""
        flags = (
            *("scan", "--config", str(job.rules / "rules.yml"), "--json", "--quiet", "--metrics=off"),
            *("--disable-version-check", "--disable-nosem", "--no-git-ignore", "--no-rewrite-rule-ids", "--jobs", "2"),
            *("--scan-unknown-extensions", "--max-target-bytes", "0", "--timeout", "20"),
        )
        # semgrep does not start without an authority to trust, though it has no network. This one's key was thrown away.
        anchor = str(job.rules / "nobody.txt")
        settings = {
            "SSL_CERT_FILE": anchor,
            "SEMGREP_SEND_METRICS": "off",
            "SEMGREP_ENABLE_VERSION_CHECK": "0",
            "SEMGREP_SETTINGS_FILE": os.devnull,
        }
        return [
            Command(
                argv=(str(job.executable), *flags, *(f"./{file}" for file in files)),
                ok=frozenset({0, 1}),
                env=settings,
            )
            for files in batches(job.files)
        ]

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        """Results as hits; files with an error, and files that were not scanned, as unread."""
        hits: list[Hit] = []
        unread: dict[str, str] = {}
        scanned: set[str] = set()
        sources: dict[str, Source] = {}
        for output in outputs:
            report = document(output.stdout, "opengrep")
            if not isinstance(report, dict):
                raise Unreadable("opengrep printed JSON that is not an object")
            paths = mapping(report, "paths").get("scanned")
            scanned.update(
                os.path.normpath(path) for path in (paths if isinstance(paths, list) else []) if isinstance(path, str)
            )
            for error in objects(report, "errors"):
                path = error.get("path")
                if not isinstance(path, str):
                    raise Unreadable(f"opengrep failed: {_said(error)}")
                unread.setdefault(os.path.normpath(path), f"opengrep could not read all of it: {_said(error)}")
            for found in objects(report, "results"):
                path = os.path.normpath(text(found, "path"))
                if path not in job.files:
                    raise Unreadable("opengrep reported a file that it was not given")
                if path not in sources:
                    sources[path] = Source.load(job.root, path)
                if not is_test(path):
                    hits.append(_hit(sources[path], found))
        for path in job.files:
            if path not in scanned:
                unread.setdefault(path, "opengrep did not look at it")
        given = [Unread(path=path, reason=reason) for path, reason in sorted(unread.items()) if path in job.files]
        return Reading(hits=hits, unread=given)


def _said(error: dict[str, Any]) -> str:
    message = error.get("message")
    return message.split("\n")[0][:200] if isinstance(message, str) else "an error without words"


def _hit(source: Source, found: dict[str, Any]) -> Hit:
    start, end = mapping(found, "start"), mapping(found, "end")
    location = source.span(integer(start, "offset"), max(0, integer(end, "offset") - integer(start, "offset")))
    if not source.is_utf8:
        location = Location(path=source.path, line=max(1, integer(start, "line")), end_line=max(1, integer(end, "line")))
    return Hit(
        rule=text(found, "check_id").rsplit(".", 1)[-1],
        message=" ".join(text(mapping(found, "extra"), "message").split()),
        location=location,
    )
