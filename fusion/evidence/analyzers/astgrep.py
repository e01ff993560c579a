"""ast-grep: our own rules over syntax trees, for patterns that are a strong signal by themselves, in nine languages.

The rules are in `config/ast-grep/rules/<language>.yml`; each has a sample that it must hit and one that it must not
(`tests/samples/analyzers/ast-grep`). Runs with our `sgconfig.yml`, so that one in the repository is never read (it could name
a shared library to load), and on explicit paths, to which ignore files do not apply. It parses and executes nothing.

ast-grep tells on standard error which files it skipped (not UTF-8, too large); those, and any file that it does not name,
are unread. Empty files hold nothing to find. A syntax error does not stop its parser, so it is not a reason to be unread.
Rules about security are off in test code.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from fusion.changes.roles import is_test
from fusion.evidence.analyzer import Command, Job, Missing, Output, Reading, Ready, Unreadable
from fusion.evidence.catalogue import catalogue
from fusion.evidence.installed import batches, program
from fusion.evidence.payload import documents, integer, mapping, text
from fusion.evidence.source import Source
from fusion.model import Category, Edit, Fix, Hit, Location, Unread

_ENDINGS = frozenset(
    {
        *(".py", ".pyi", ".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx"),
        *(".go", ".java", ".rb", ".rs", ".c", ".h", ".cc", ".cpp", ".hpp", ".cxx", ".hh", ".sh", ".bash"),
    }
)
_FILE = "sg: entity|file|"
_SKIPPED = {
    "invalidUtf8": "ast-grep could not read it: not valid UTF-8",
    "fileTooLarge": "ast-grep skipped it: too large",
}
_EMPTY = "emptyFile"


class AstGrep:
    """See the module's docstring."""

    name = "ast-grep"
    parse_only = True
    timeout = 60.0

    def locate(self) -> Ready | Missing:
        """The native program of the `ast-grep-cli` wheel."""
        return program("ast-grep", distribution="ast-grep-cli")

    def wants(self, path: str, data: bytes) -> bool:
        """Sources in a language that our rules know."""
        return bool(data.strip()) and PurePosixPath(path).suffix in _ENDINGS

    def commands(self, job: Job) -> Sequence[Command]:
        """One scan per batch of files; exit code 1 means that a rule of severity error hit."""
        flags = (
            "scan",
            "--config",
            str(job.rules / "sgconfig.yml"),
            "--json=compact",
            "--inspect",
            "entity",
            "--color",
            "never",
        )
        return [
            Command(argv=(str(job.executable), *flags, "--", *(f"./{file}" for file in files)), ok=frozenset({0, 1}))
            for files in batches(job.files)
        ]

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        """Matches as hits; files that ast-grep skipped or does not name as unread."""
        hits: list[Hit] = []
        looked: dict[str, str] = {}
        sources: dict[str, Source] = {}
        for output in outputs:
            looked.update(_looked(output.stderr))
            for found in documents(output.stdout, "ast-grep"):
                path = os.path.normpath(text(found, "file"))
                if path not in job.files:
                    raise Unreadable("ast-grep reported a file that it was not given")
                if path not in sources:
                    sources[path] = Source.load(job.root, path)
                hit = _hit(sources[path], found)
                if not (is_test(path) and catalogue(self.name).classify(hit).category is Category.SECURITY):
                    hits.append(hit)
        unread = []
        for path in job.files:
            how = looked.get(path, "absent")
            if how and how != _EMPTY:
                unread.append(Unread(path=path, reason=_SKIPPED.get(how, "ast-grep did not look at it")))
        return Reading(hits=hits, unread=unread)


def _looked(stderr: bytes) -> dict[str, str]:
    """For each file that ast-grep names: why it skipped it, empty when it read it."""
    found: dict[str, str] = {}
    for line in stderr.decode("utf-8", "replace").splitlines():
        if line.startswith(_FILE):
            name, _, what = line[len(_FILE) :].rpartition(": ")
            found[os.path.normpath(name)] = what.removeprefix("skipped=") if what.startswith("skipped=") else ""
    return found


def _hit(source: Source, found: dict[str, Any]) -> Hit:
    return Hit(
        rule=text(found, "ruleId"),
        message=" ".join(text(found, "message").split()),
        location=_span(source, mapping(mapping(found, "range"), "byteOffset")),
        fix=_fix(source, found),
    )


def _span(source: Source, offsets: dict[str, Any]) -> Location:
    start, end = integer(offsets, "start"), integer(offsets, "end")
    return source.span(start, max(0, end - start))


def _fix(source: Source, found: dict[str, Any]) -> Fix | None:
    """Our rules offer a fix only where it is mechanical; it still changes what the code does, so it is never called safe."""
    replacement = found.get("replacement")
    if not isinstance(replacement, str):
        return None
    place = _span(source, mapping(found, "replacementOffsets"))
    if place.column is None or place.end_column is None:
        return None
    edit = Edit(
        path=source.path,
        line=place.line,
        column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
        text=replacement,
    )
    return Fix(title="Use the safe form", edits=(edit,))
