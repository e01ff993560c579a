"""oxlint: bugs in JavaScript, TypeScript, JSX and Vue's scripts, from their syntax trees. No opinion on style.

Our configuration (`config/oxlint/oxlintrc.json`) switches every category off and names each rule that is on;
`rules/oxlint.toml` says what it means. Only rules that are built in are used: no JavaScript plugin, no configuration written in
JavaScript or TypeScript, nothing of the repository's is loaded, and types are not resolved. Ignore files and
`oxlint-disable` comments are not honoured.

oxlint leaves out files that it takes for minified without a word, so a second command asks which files it would lint: any
other counts as unread. So does a file that does not parse, which is reported as well, and one that is not UTF-8.

Source: https://oxc.rs/docs/guide/usage/linter/rules.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fusion.evidence.analyzer import Command, Job, Missing, Output, Reading, Ready, Unreadable
from fusion.evidence.installed import batches, program
from fusion.evidence.payload import document, integer, mapping, objects, text
from fusion.evidence.source import BOM, Source
from fusion.model import Hit, Location, Unread

SYNTAX = "syntax-error"

_SUFFIXES = (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts", ".vue")
_MINIFIED = re.compile(r"[.-]min\.[a-z]{2,3}\Z")
_CODE = re.compile(r"(?:eslint-plugin-)?(?P<plugin>[\w@/-]+)\((?P<rule>[\w/-]+)\)")
_PLUGINS = {"typescript-eslint": "typescript", "react-hooks": "react"}
_LIST = "--debug=files"
_RECURSION = "unicorn/no-accessor-recursion"
_OWN = re.compile(r"\bthis\.(\w{1,80})")
_ABOVE = 6
"""Lines above an accessor's recursion in which the accessor may have replaced itself."""
_MOST_CHARACTERS = 300


class Oxlint:
    """See the module's docstring."""

    name = "oxlint"
    parse_only = True
    timeout = 60.0

    def locate(self) -> Ready | Missing:
        """The native binary of the `oxlint` distribution, or one on the search path."""
        return program("oxlint", distribution="oxlint")

    def wants(self, path: str, data: bytes) -> bool:
        """Sources by suffix that have any content; files that are minified by name are not sources."""
        name = path.lower()
        return name.endswith(_SUFFIXES) and not _MINIFIED.search(name) and bool(data.removeprefix(BOM).strip())

    def commands(self, job: Job) -> Sequence[Command]:
        """Two runs per batch of files: one lints, one lists what is linted. Exit code 1 means that it found something."""
        flags = ("--config", str(job.rules / "oxlintrc.json"), "--disable-nested-config", "--no-ignore")
        runs = (("--format", "json"), (_LIST,))
        return [
            Command(argv=(str(job.executable), *flags, *run, "--", *files), ok=frozenset({0, 1}))
            for files in batches(job.files)
            for run in runs
        ]

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        """Diagnostics as hits; files that were passed over, do not parse or cannot be decoded as unread."""
        sources = {path: Source.load(job.root, path) for path in job.files}
        unread: dict[str, str] = {}
        hits: list[Hit] = []
        for output in outputs:
            arguments = output.command.argv
            if _LIST in arguments:
                linted = set(output.stdout.decode("utf-8", "replace").split("\n"))
                passed_over = [path for path in arguments[arguments.index("--") + 1 :] if path not in linted]
                unread.update(dict.fromkeys(passed_over, "oxlint passes it over: it takes it for minified or generated"))
                continue
            reply = document(output.stdout, "oxlint")
            if not isinstance(reply, dict):
                raise Unreadable("oxlint printed JSON that is not an object")
            for diagnostic in objects(reply, "diagnostics"):
                if diagnostic.get("filename") is None:
                    unread.update(_unopened(text(diagnostic, "message"), sources))
                    continue
                source = sources.get(text(diagnostic, "filename"))
                if source is None:
                    raise Unreadable("oxlint reported a file that it was not given")
                hit = _hit(source, diagnostic)
                if hit.rule == SYNTAX:
                    if source.path in unread:
                        continue
                    unread[source.path] = f"it does not parse: line {hit.location.line}: {hit.message}"
                if not _replaces_itself(source, hit):
                    hits.append(hit)
        return Reading(hits=hits, unread=[Unread(path=path, reason=reason) for path, reason in sorted(unread.items())])


def _unopened(message: str, sources: Mapping[str, Source]) -> dict[str, str]:
    """The file that a diagnostic without a name is about."""
    found = {path: "oxlint could not read it: not valid UTF-8" for path in sources if f"/{path} with error" in message}
    if not found:
        raise Unreadable(f"oxlint could not do its work: {message[:200]}")
    return found


def _hit(source: Source, diagnostic: dict[str, Any]) -> Hit:
    code = _CODE.fullmatch(text(diagnostic, "code")) if diagnostic.get("code") else None
    rule = f"{_PLUGINS.get(code['plugin'], code['plugin'])}/{code['rule']}" if code else SYNTAX
    return Hit(
        rule=rule,
        message=_message(diagnostic),
        location=_location(source, objects(diagnostic, "labels")),
        help_uri=text(diagnostic, "url") if diagnostic.get("url") else "",
    )


def _replaces_itself(source: Source, hit: Hit) -> bool:
    """Whether an accessor that seems to call itself first puts a value in its own place: it runs once, on purpose."""
    if hit.rule != _RECURSION:
        return False
    line = hit.location.line
    name = _OWN.search(source.line(line)[:_MOST_CHARACTERS])
    above = "\n".join(source.line(number)[:_MOST_CHARACTERS] for number in range(max(1, line - _ABOVE), line))
    return name is not None and re.search(rf"\(\s*this\s*,\s*[\"'`]{re.escape(name[1])}[\"'`]", above) is not None


def _message(diagnostic: dict[str, Any]) -> str:
    message = text(diagnostic, "message").rstrip()
    advice = text(diagnostic, "help").strip() if diagnostic.get("help") else ""
    return f"{message.rstrip('.')}. {advice}" if advice else message


def _location(source: Source, labels: Sequence[dict[str, Any]]) -> Location:
    """The first label's place; the first line when there is none. What spans lines keeps its first line only."""
    if not labels:
        return Location(path=source.path, line=1, end_line=1)
    span = mapping(labels[0], "span")
    place = source.span(integer(span, "offset"), integer(span, "length"))
    if place.end_line == place.line:
        return place
    return Location(path=place.path, line=place.line, end_line=place.line, column=place.column)
