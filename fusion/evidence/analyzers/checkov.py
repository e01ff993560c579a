"""Checkov: infrastructure as code that opens a resource, grants too much or sends data in clear text.

Reads Terraform, Bicep, and by their content CloudFormation, Kubernetes and ARM files. It is not among the default tools:
it runs only where someone installed it, and only when such files changed. It gets our configuration, each file by name, no
folder to look through and no network; checks of the repository's own (Python code) are not loaded, modules are not
downloaded, and `checkov:skip` comments are not honoured. What `rules/checkov.toml` does not list is off.

Checkov passes over a YAML or JSON file that it cannot parse without a word: such a file counts as read only when some check
looked at something in it.

Source: https://www.checkov.io/5.Policy%20Index/all.html
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import Any

from fusion.evidence.analyzer import Command, Job, Missing, Output, Reading, Ready, Unreadable
from fusion.evidence.installed import batches, program
from fusion.evidence.payload import document, integer, objects, text
from fusion.model import Hit, Location, Unread

_ALWAYS = (".tf", ".bicep")
_SNIFFED = (".yaml", ".yml", ".json", ".template")
_INFRASTRUCTURE = re.compile(
    rb"^[ \t\"']*AWSTemplateFormatVersion\b|\bAWS::[A-Z][A-Za-z0-9]+::[A-Z]"
    rb"|schema\.management\.azure\.com/schemas/[^\"\s]{0,40}eploymentTemplate",
    re.MULTILINE,
)
_API = re.compile(rb"^[ \t\"']*apiVersion[\"']?[ \t]*:", re.MULTILINE)
_KIND = re.compile(rb"^[ \t\"']*kind[\"']?[ \t]*:", re.MULTILINE)


class Checkov:
    """See the module's docstring."""

    name = "checkov"
    parse_only = False
    """It resolves modules and variables, and much of it is code that others write."""
    timeout = 60.0

    def locate(self) -> Ready | Missing:
        """The script of the `checkov` distribution, or one on the search path."""
        return program("checkov", distribution="checkov")

    def wants(self, path: str, data: bytes) -> bool:
        """Infrastructure files: by suffix, or YAML and JSON by the words that only they have."""
        name = path.lower()
        if name.endswith(_ALWAYS):
            return bool(data.strip())
        if not name.endswith(_SNIFFED):
            return False
        return bool(_INFRASTRUCTURE.search(data)) or bool(_API.search(data) and _KIND.search(data))

    def commands(self, job: Job) -> Sequence[Command]:
        """One run per batch of files, each named; failed checks do not change the exit code."""
        flags = ("--config-file", str(job.rules / "checkov.yaml"), "--output", "json")
        return [
            Command(
                argv=(str(job.executable), *flags, "--file", *files),
                env={"LOG_LEVEL": "CRITICAL", "CHECKOV_RUN_SCA_PACKAGE_SCAN_V2": "false", "BC_SKIP_MAPPING": "TRUE"},
            )
            for files in batches(job.files)
        ]

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        """Failed checks as hits at their resource; files that were not parsed or in which nothing was checked as unread."""
        hits: dict[tuple[str, str, int], Hit] = {}
        parsed: set[str] = set()
        broken: set[str] = set()
        for output in outputs:
            for results in _results(output):
                broken |= {path for told in _strings(results, "parsing_errors") if (path := _own(job, told)) is not None}
                for outcome in ("passed_checks", "failed_checks", "skipped_checks"):
                    for check in objects(results, outcome):
                        path = _own(job, text(check, "file_path"))
                        if path is None:
                            continue
                        parsed.add(path)
                        if outcome != "passed_checks":
                            hit = _hit(path, check)
                            hits.setdefault((hit.rule, path, hit.location.line), hit)
        return Reading(hits=tuple(hits.values()), unread=_unread(job, parsed, broken))


def _unread(job: Job, parsed: set[str], broken: set[str]) -> list[Unread]:
    found = []
    for path in job.files:
        if path in broken:
            found.append(Unread(path=path, reason="checkov cannot parse it"))
        elif path not in parsed and not path.lower().endswith(_ALWAYS):
            found.append(Unread(path=path, reason="checkov found nothing in it that it knows"))
    return found


def _results(output: Output) -> Iterator[dict[str, Any]]:
    """The results of each framework; a run in which no framework found anything has a bare summary instead."""
    reply = document(output.stdout, "checkov")
    for report in reply if isinstance(reply, list) else [reply]:
        if not isinstance(report, dict):
            raise Unreadable("checkov printed JSON that is not an object")
        if "results" in report:
            if not isinstance(report["results"], dict):
                raise Unreadable("checkov's results are not an object")
            yield report["results"]
        elif "resource_count" not in report:
            raise Unreadable("checkov printed neither results nor a summary")


def _strings(results: dict[str, Any], key: str) -> list[str]:
    value = results.get(key)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Unreadable(f"checkov's `{key}` is not a list of names")
    return value


def _own(job: Job, path: str) -> str | None:
    """The job's name for a path of checkov's (relative, with a slash before it, or absolute); None for any other."""
    for root in (str(job.root), os.path.realpath(job.root)):
        path = path.removeprefix(root)
    path = os.path.normpath(path.lstrip("/"))
    return path if path in job.files else None


def _hit(path: str, check: dict[str, Any]) -> Hit:
    lines = check.get("file_line_range")
    if not isinstance(lines, list) or len(lines) != 2:
        raise Unreadable("checkov's `file_line_range` is not a pair of lines")
    numbers = {"first": lines[0], "last": lines[1]}
    first = max(integer(numbers, "first"), 1)
    return Hit(
        rule=text(check, "check_id"),
        message=f"{text(check, 'check_name')} ({text(check, 'resource')})",
        location=Location(path=path, line=first, end_line=max(first, integer(numbers, "last"))),
        help_uri=text(check, "guideline") if check.get("guideline") else "",
    )
