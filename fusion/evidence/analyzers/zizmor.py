"""zizmor: security of GitHub Actions workflows, composite actions and Dependabot configuration.

Reads `.github/workflows/*.yml`, `action.yml` and `.github/dependabot.yml`: template injection, dangerous triggers, broad
permissions, actions that are not pinned, credentials that outlive their step. Runs offline, with our configuration only;
`# zizmor: ignore[...]` comments and `zizmor.yml` files are not honoured. GitHub's own actions (`actions/*`, `github/*`)
may be named by tag; every other action must be pinned to a commit.

A file counts as read only when zizmor says that it completed it. One file that is not UTF-8 would end the whole run, so
such files are set aside beforehand.

Source: https://docs.zizmor.sh/audits/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fusion.evidence.analyzer import Command, Job, Missing, Output, Reading, Ready, Unreadable
from fusion.evidence.installed import batches, program
from fusion.evidence.payload import documents
from fusion.evidence.source import Source
from fusion.model import Confidence, Hit, Location, Severity, Unread

_WORKFLOW = re.compile(r"(?:^|/)\.github/workflows/[^/]+\.ya?ml\Z", re.IGNORECASE)
_ACTION = re.compile(r"(?:^|/)action\.ya?ml\Z")
_DEPENDABOT = re.compile(r"(?:^|/)\.github/dependabot\.ya?ml\Z")

_NOTHING_TO_AUDIT = 3
_SEVERITIES = {
    "High": Severity.HIGH,
    "Medium": Severity.MEDIUM,
    "Low": Severity.LOW,
    "Informational": Severity.INFO,
}
_CONFIDENCES = {"High": Confidence.CERTAIN, "Medium": Confidence.LIKELY, "Low": Confidence.POSSIBLE}
_NO_PERMISSIONS = "no permissions: block"
_QUOTED = 80
"""Longest place that is quoted in a message, in characters."""


class Zizmor:
    """The zizmor analyzer."""

    name = "zizmor"
    parse_only = True
    timeout = 30.0

    def locate(self) -> Ready | Missing:
        """The wheel's native binary."""
        return program("zizmor", distribution="zizmor")

    def wants(self, path: str, data: bytes) -> bool:
        """Workflows, action definitions and Dependabot's configuration that have any content."""
        return bool(data.strip()) and any(pattern.search(path) for pattern in (_WORKFLOW, _ACTION, _DEPENDABOT))

    def commands(self, job: Job) -> Sequence[Command]:
        """One run over all files; a file whose name could forge a line of the log runs alone."""
        readable = [path for path in job.files if Source.load(job.root, path).is_utf8]
        plain = [path for path in readable if path.isprintable()]
        alone = [(path,) for path in readable if not path.isprintable()]
        return [self._command(job, group) for group in (*batches(plain), *alone)]

    def _command(self, job: Job, files: Sequence[str]) -> Command:
        return Command(
            argv=(
                str(job.executable),
                "--offline",
                "--config",
                str(job.rules / "zizmor.yml"),
                "--no-ignores",
                "--no-exit-codes",
                "--no-progress",
                "--color",
                "never",
                "--format",
                "json-v1",
                "--",
                *files,
            ),
            ok=frozenset({0, _NOTHING_TO_AUDIT}),
        )

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        """Findings at their primary location, and every file that zizmor did not complete."""
        sources = {path: Source.load(job.root, path) for path in job.files}
        unread = [Unread(path=path, reason="not UTF-8, which YAML must be") for path in job.files if not sources[path].is_utf8]
        hits: dict[tuple[str, ...], Hit] = {}
        for output in outputs:
            files = output.command.argv[output.command.argv.index("--") + 1 :]
            log = output.stderr.decode(errors="replace")
            unread += [Unread(path=path, reason=_why_not(path, log)) for path in files if not _completed(path, log)]
            for finding in _findings(output):
                hit = _hit(finding, sources)
                if hit is not None:
                    hits.setdefault(_identity(hit), hit)
        return Reading(hits=tuple(hits.values()), unread=tuple(unread))


_EXPANSION = "template-injection"


def _identity(hit: Hit) -> tuple[str, ...]:
    """What makes two findings one. A workflow without `permissions:` is one finding, not one for each of its jobs."""
    if hit.rule == "excessive-permissions" and _NO_PERMISSIONS in hit.message:
        return (hit.rule, hit.location.path)
    return (hit.rule, hit.message, hit.location.model_dump_json())


def _findings(output: Output) -> Sequence[Mapping[str, Any]]:
    if output.code == _NOTHING_TO_AUDIT and not output.stdout.strip():
        return []
    return documents(output.stdout, "zizmor")


def _completed(path: str, log: str) -> bool:
    return f"completed {path}\n" in log


def _why_not(path: str, log: str) -> str:
    if f"failed to validate file://{path} as " in log:
        return "zizmor: it does not have the shape of a workflow, an action or a Dependabot configuration"
    parse_errors = re.findall(r"failed to parse input: (.*)", log)
    if len(parse_errors) == 1:
        return f"zizmor: not valid YAML: {parse_errors[0][:200]}"
    return "zizmor could not parse it"


def _hit(finding: Mapping[str, Any], sources: Mapping[str, Source]) -> Hit | None:
    try:
        primary = next(location for location in finding["locations"] if location["symbolic"]["kind"] == "Primary")
        source = sources.get(primary["symbolic"]["key"]["Local"]["verbatim_path"])
        if source is None:
            return None
        location = _location(primary["concrete"]["location"], source)
        determinations = finding["determinations"]
        confidence = _CONFIDENCES.get(determinations["confidence"])
        if finding["ident"] == _EXPANSION and determinations["severity"] == "Low":
            # That is how zizmor says that it expands what the workflow itself may have set.
            confidence = Confidence.POSSIBLE
        return Hit(
            rule=str(finding["ident"]),
            message=_message(str(finding["desc"]), str(primary["symbolic"]["annotation"]), _quoted(source, location)),
            location=location,
            severity=_SEVERITIES.get(determinations["severity"]),
            confidence=confidence,
            help_uri=str(finding["url"]),
        )
    except (KeyError, TypeError, AttributeError, StopIteration) as error:
        raise Unreadable(f"a finding of zizmor lacks what its format promises: {error!r}") from error


def _message(description: str, annotation: str, quoted: str) -> str:
    said = f"{description[:1].upper()}{description[1:]}: {annotation}"
    return f"{said} (`{quoted}`)" if quoted and quoted not in annotation and len(quoted) <= _QUOTED else said


def _quoted(source: Source, location: Location) -> str:
    if location.column is None or location.end_column is None:
        return ""
    return source.line(location.line)[location.column - 1 : location.end_column - 1]


def _location(concrete: Mapping[str, Any], source: Source) -> Location:
    """What spans lines (a whole job) is shown by its first line: that is where its key, and so its identity, stands."""
    start, end = concrete["start_point"], concrete["end_point"]
    line = min(int(start["row"]) + 1, source.lines)
    column = source.column(line, int(start["column"]))
    end_column = source.column(line, int(end["column"])) if end["row"] == start["row"] else None
    return Location(path=source.path, line=line, end_line=line, column=column, end_column=end_column)
