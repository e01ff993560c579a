"""Lizard: functions that have become too complex, too long or take too many parameters, in two dozen languages.

Thresholds are ours: cyclomatic complexity above 25 (worse above 50), more than 200 lines of code, more than 8 parameters. One
hit for each function that passes any of them; it counts as new only when the change made it so, because hits that the base
has too are subtracted. Runs as a small script of ours (`config/lizard/measure.py`) around lizard's library, in an isolated
interpreter: lizard's command can be silenced by comments. It tokenises and executes nothing.

Source: T. J. McCabe, "A Complexity Measure", IEEE Transactions on Software Engineering, 1976.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from fusion.evidence.analyzer import Command, Job, Missing, Output, Reading, Ready, Unreadable
from fusion.evidence.installed import batches, module
from fusion.evidence.payload import integer, lines, objects, text
from fusion.evidence.source import Source
from fusion.model import Confidence, Hit, Location, Severity, Unread
from fusion.syntax import Symbol, symbols

COMPLEXITY = 25
"""Cyclomatic complexity that is still fine. In reviews of real releases nearly nobody wanted to hear of less."""
SEVERE_COMPLEXITY = 50
LENGTH = 200
"""Lines of code, blank lines and comments aside, that are still fine."""
PARAMETERS = 8

_ENDINGS = frozenset(
    {
        *(".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".cs", ".java", ".kt", ".scala", ".swift", ".m", ".mm", ".php"),
        *(".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx", ".vue"),
        *(".py", ".go", ".rs", ".rb", ".lua", ".pl", ".pm", ".zig", ".erl", ".sol"),
    }
)
_DECLARATIONS = re.compile(r"[.-]d\.[cm]?ts$")
"""Types only, or tests of types: no function has a body there."""
_ANONYMOUS = frozenset({"", "(anonymous)", "anonymous", "*global*", "lambda"})


class Lizard:
    """See the module's docstring."""

    name = "lizard"
    parse_only = True
    timeout = 60.0

    def locate(self) -> Ready | Missing:
        """Our own interpreter, when the `lizard` distribution is installed beside it."""
        return module("lizard", distribution="lizard")

    def wants(self, path: str, data: bytes) -> bool:
        """Sources of a language that has functions."""
        return bool(data.strip()) and PurePosixPath(path).suffix in _ENDINGS and not _DECLARATIONS.search(path)

    def commands(self, job: Job) -> Sequence[Command]:
        """One run of our script per batch of files."""
        script = str(job.rules / "measure.py")
        return [Command(argv=(str(job.executable), "-I", script, "--", *files)) for files in batches(job.files)]

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        """Functions beyond a threshold as hits; files that lizard could not follow as unread."""
        hits: list[Hit] = []
        unread: list[Unread] = []
        missing = dict.fromkeys(job.files)
        for output in outputs:
            for found in lines(output.stdout, "lizard"):
                path = text(found, "path")
                if path not in missing:
                    raise Unreadable("lizard reported a file that it was not given")
                del missing[path]
                if "error" in found:
                    unread.append(Unread(path=path, reason=text(found, "error")))
                else:
                    functions = [function for function in objects(found, "functions") if _hits(path, function)]
                    if functions:
                        known = symbols(path, Source.load(job.root, path).data.decode("utf-8", "replace"))
                        hits.extend(hit for item in functions if not _ran_on(item, known) for hit in _hits(path, item))
        unread.extend(Unread(path=path, reason="lizard did not look at it") for path in missing)
        return Reading(hits=hits, unread=unread)


def _ran_on(function: dict[str, Any], known: Sequence[Symbol]) -> bool:
    """Whether lizard missed the end of a function, by its syntax tree: then its figures are those of what comes after too."""
    line = integer(function, "line")
    around = [item for item in known if item.line <= line <= item.end_line and item.kind in ("function", "method")]
    return bool(around) and integer(function, "end_line") > max(item.end_line for item in around)


def _hits(path: str, function: dict[str, Any]) -> list[Hit]:
    name = text(function, "name").rsplit("::", 1)[-1]
    what = "This function" if name in _ANONYMOUS else f"`{name[:80]}`"
    ccn, nloc, parameters = (integer(function, key) for key in ("ccn", "nloc", "parameters"))
    line = max(1, integer(function, "line"))
    # The first line is enough to stand on: a comment on a whole function would cover the change it is about.
    location = Location(path=path, line=line, end_line=line)
    found: list[tuple[str, Severity, str]] = []
    if ccn > COMPLEXITY:
        severity = Severity.MEDIUM if ccn > SEVERE_COMPLEXITY else Severity.LOW
        found.append(("complexity", severity, f"{what} has {ccn} independent paths (more than {COMPLEXITY} are hard to test)"))
    if nloc > LENGTH:
        found.append(("length", Severity.LOW, f"{what} has {nloc} lines of code (more than {LENGTH} are hard to hold in mind)"))
    if parameters > PARAMETERS:
        found.append(
            ("parameters", Severity.INFO, f"{what} takes {parameters} parameters; callers will mix them up: group them")
        )
    return [
        Hit(rule=rule, message=message, location=location, severity=severity, confidence=Confidence.CERTAIN)
        for rule, severity, message in found
    ]
