"""Cppcheck: memory errors and undefined behaviour in C and C++.

Reads sources and headers by suffix; a `.h` is taken for C++ when it uses C++'s words, since C's parser would give up on it.
Only the files of the change are there, so most includes are missing: Cppcheck works without them, and knows the functions
of POSIX, GNU and of libraries that a file includes; macros that stand where only a macro can are guessed. What
`rules/cppcheck.toml` does not list is off. No add-on, project file, build folder or suppression of the repository is used.

A file with a macro that Cppcheck does not know, with an `#error` that stops every configuration, or that does not parse was
not looked at, and counts as unread. At most twelve combinations of preprocessor symbols are looked at per file.

Sources: https://cppcheck.sourceforge.io/manual.html
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

from fusion.evidence.analyzer import Command, Job, Missing, Output, Reading, Ready, Unreadable
from fusion.evidence.installed import batches, program
from fusion.evidence.macros import guesses
from fusion.evidence.source import BOM, Source
from fusion.model import Confidence, Hit, Location, Severity, Step, Unread

_C = (".c",)
_CPP = (".cc", ".cpp", ".cxx", ".c++", ".hpp", ".hh", ".hxx", ".h++", ".ipp", ".tpp", ".ixx")
_HEADER = ".h"
_CPP_WORDS = re.compile(
    rb"^[ \t]*(?:class|namespace|template|using|public|private|protected|constexpr)\b(?=[^\n;]*[:<{=]|\s+\w)"
    rb"|\bstd::|\b(?:static|dynamic|const|reinterpret)_cast<"
    rb"|#[ \t]*include[ \t]*<(?:string|vector|map|memory|iostream|cstd\w+)>",
    re.MULTILINE,
)
_BOTH_LANGUAGES = re.compile(rb"#[ \t]*if(?:def[ \t]|[^\n]{0,40}defined[ \t(]{1,3})[ \t]*__cplusplus")
_INCLUDE = re.compile(rb"^[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"\n]{1,200})[>\"]", re.MULTILINE)

_ALWAYS = ("posix", "gnu")
# The start of an included path, and the library description that Cppcheck brings for it.
_LIBRARIES = {
    b"windows.h": "windows",
    b"Python.h": "python",
    b"boost/": "boost",
    b"gtest/": "googletest",
    b"gmock/": "googletest",
    b"Q": "qt",
    b"openssl/": "openssl",
    b"sqlite3.h": "sqlite3",
    b"curl/": "libcurl",
    b"zlib.h": "zlib",
    b"gtk/": "gtk",
    b"glib": "gtk",
    b"SDL": "sdl",
    b"lua.h": "lua",
    b"pcre.h": "pcre",
    b"omp.h": "openmp",
    b"wx/": "wxwidgets",
    b"zephyr/": "zephyr",
    b"google/protobuf/": "protobuf",
    b"opencv2/": "opencv2",
    b"ruby.h": "ruby",
    b"selinux/": "selinux",
    b"rte_": "dpdk",
    b"sys/queue.h": "bsd",
}
_GAVE_UP = {
    "syntaxError": "cppcheck cannot parse it",
    "unknownMacro": "cppcheck does not know a macro that it uses",
    "preprocessorErrorDirective": "an #error stops every configuration",
    "internalAstError": "cppcheck cannot parse it",
    "internalError": "cppcheck failed on it",
    "cppcheckError": "cppcheck failed on it",
    "cppcheckLimit": "cppcheck reached a limit on it",
    "unhandledChar": "it has a character that cppcheck does not know",
    "includeNestedTooDeeply": "its includes are nested too deep",
    "missingFile": "cppcheck could not open it",
    "noValidConfiguration": "no configuration of it is valid",
    "premium-invalidLicense": "cppcheck failed on it",
}
_SEVERITIES = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "performance": Severity.LOW, "portability": Severity.LOW}
_MOST_STEPS = 20


def is_cpp(path: str, data: bytes) -> bool:
    """Whether to read the file as C++: by suffix; a `.h` by what is in it."""
    name = path.lower()
    if not name.endswith(_HEADER):
        return name.endswith(_CPP)
    return not _BOTH_LANGUAGES.search(data) and bool(_CPP_WORDS.search(data))


class Cppcheck:
    """See the module's docstring."""

    name = "cppcheck"
    parse_only = False
    """It opens what a file includes, wherever that is."""
    timeout = 60.0

    def locate(self) -> Ready | Missing:
        """The native binary inside the `cppcheck` distribution, or one on the search path."""
        return program("cppcheck", distribution="cppcheck", inside="cppcheck/Cppcheck/cppcheck")

    def wants(self, path: str, data: bytes) -> bool:
        """C and C++ by suffix, when there is any content."""
        return path.lower().endswith((*_C, *_CPP, _HEADER)) and bool(data.removeprefix(BOM).strip())

    def commands(self, job: Job) -> Sequence[Command]:
        """One run per language and batch of files."""
        sources = [Source.load(job.root, path) for path in job.files]
        commands: list[Command] = []
        for language, wanted in (("c", False), ("c++", True)):
            chosen = {source.path: source.data for source in sources if is_cpp(source.path, source.data) is wanted}
            for files in batches(tuple(chosen)):
                text = b"\n".join(chosen[path] for path in files)
                commands.append(
                    Command(
                        argv=(
                            str(job.executable),
                            "--quiet",
                            "--xml",
                            "--enable=warning,performance,portability",
                            f"--language={language}",
                            *(f"--library={library}" for library in _libraries(job.executable, text)),
                            f"--library={_guessed(job, language, len(commands), text)}",
                            *(f"./{path}" for path in files),
                        )
                    )
                )
        return commands

    def read(self, job: Job, outputs: Sequence[Output]) -> Reading:
        """Errors as hits with their trace; files that Cppcheck gave up on as unread."""
        sources = {path: Source.load(job.root, path) for path in job.files}
        hits: dict[str, Hit] = {}
        unread: dict[str, str] = {}
        for output in outputs:
            given = [argument[2:] for argument in output.command.argv if argument.startswith("./")]
            for error in _errors(output):
                rule = error.get("id", "")
                if rule in _GAVE_UP:
                    unread.update(_given_up(rule, error, given, sources))
                elif error.get("severity") in _SEVERITIES:
                    hit = _hit(rule, error, sources)
                    if hit is not None:
                        hits.setdefault(hit.model_dump_json(exclude={"trace"}), hit)
        return Reading(
            hits=tuple(hits.values()),
            unread=tuple(Unread(path=path, reason=reason) for path, reason in sorted(unread.items())),
        )


def _libraries(executable: Path, data: bytes) -> list[str]:
    """The descriptions to load, by their full path where possible: a bare name is first looked up in the working directory."""
    included = {found[1] for found in _INCLUDE.finditer(data)}
    known = {library for start, library in _LIBRARIES.items() if any(path.startswith(start) for path in included)}
    places = [executable.with_name("cfg") / f"{library}.cfg" for library in (*_ALWAYS, *sorted(known))]
    return [str(place) if place.is_file() else place.stem for place in places]


def _guessed(job: Job, language: str, number: int, data: bytes) -> Path:
    """Write the guessed macros as a library description of our own: unlike -D, it leaves every configuration to be tried."""
    root = ElementTree.Element("def", format="2")
    for macro, meaning in guesses(data).items():
        ElementTree.SubElement(root, "define", name=macro, value=meaning)
    place = job.root / f".fusion-macros-{number}.{'cpp' if language == 'c++' else language}.cfg"
    place.write_bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
    return place


def _errors(output: Output) -> Iterator[ElementTree.Element]:
    start = output.stderr.find(b"<?xml")
    if start < 0:
        raise Unreadable("cppcheck printed no XML")
    try:
        return ElementTree.fromstring(output.stderr[start:]).iter("error")
    except ElementTree.ParseError as error:
        raise Unreadable(f"cppcheck's XML is broken: {error}") from error


def _given_up(rule: str, error: ElementTree.Element, given: Sequence[str], sources: dict[str, Source]) -> dict[str, str]:
    """The files that the error kept from being looked at: the one it names, or every one when it names none of ours.

    The place is told only when it is in a file of ours: an include can lead anywhere, and what is there is not to be shown.
    """
    place = error.find("location")
    where = os.path.normpath(place.get("file", "")) if place is not None else ""
    main = os.path.normpath(error.get("file0", "")) if error.get("file0") else where
    reason = _GAVE_UP[rule]
    if main not in sources:
        return dict.fromkeys(given, reason)
    if place is not None and where in sources:
        name = re.search(r"\bIf (\w{1,80}) is a macro", error.get("msg", "")) if rule == "unknownMacro" else None
        reason += f": {name[1]}" if name else ""
        reason += f" (line {_number(place, 'line')}{'' if where == main else f' of {where}'})"
    return {main: reason}


def _hit(rule: str, error: ElementTree.Element, sources: dict[str, Source]) -> Hit | None:
    """The error at its first location; None when that is in a file that we did not give (an include)."""
    places = [found for found in (_location(place, sources) for place in error.iter("location")) if found is not None]
    first = error.find("location")
    if first is None or not places or places[0][0].path != os.path.normpath(first.get("file", "")):
        return None
    number = error.get("cwe", "")
    return Hit(
        rule=rule,
        message=error.get("msg", ""),
        location=places[0][0],
        severity=_SEVERITIES[error.get("severity", "")],
        confidence=Confidence.POSSIBLE if error.get("inconclusive") == "true" else None,
        cwe=(int(number),) if number.isdecimal() else (),
        trace=_trace(places, sources),
    )


def _trace(places: Sequence[tuple[Location, str]], sources: dict[str, Source]) -> tuple[Step, ...]:
    """Cppcheck lists the end first; a trace starts where the value comes from. One place alone is no trace."""
    if len(places) < 2:
        return ()
    return tuple(
        Step(location=location, code=sources[location.path].line(location.line).strip(), why=why)
        for location, why in reversed(places[:_MOST_STEPS])
    )


def _location(place: ElementTree.Element, sources: dict[str, Source]) -> tuple[Location, str] | None:
    source = sources.get(os.path.normpath(place.get("file", "")))
    if source is None:
        return None
    line = min(max(_number(place, "line"), 1), source.lines)
    column = source.column(line, _number(place, "column") - 1) if place.get("column", "0") != "0" else None
    return Location(path=source.path, line=line, end_line=line, column=column), place.get("info", "")


def _number(place: ElementTree.Element, name: str) -> int:
    value = place.get(name, "0")
    if not value.isdecimal() or len(value) > 9:
        raise Unreadable(f"cppcheck's `{name}` is not a number")
    return int(value)
