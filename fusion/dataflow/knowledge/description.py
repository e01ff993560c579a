"""Entries of knowledge in words: what each is about, what it does, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel

from fusion.dataflow.knowledge.schema import (
    Aspect,
    Entry,
    Exit,
    Flag,
    Knowledge,
    Library,
    Origin,
    Propagator,
    Sanitizer,
    Setting,
    Sink,
    Source,
    Store,
    Type,
    Validator,
)

SECTIONS = {
    "type": ("types", "What values are called, and how one is recognised"),
    "source": ("sources", "Where data comes in"),
    "sink": ("sinks", "Where data hurts"),
    "setting": ("settings", "What is weak by itself"),
    "sanitizer": ("sanitizers", "What makes data harmless"),
    "validator": ("validators", "What checks data"),
    "propagator": ("propagators", "How data passes through"),
    "aspect": ("aspects", "Parts of addresses and paths"),
    "store": ("stores", "What is kept under keys"),
    "flag": ("flags", "What marks a value"),
    "exit": ("exits", "What does not return, or only where something is true"),
    "entry": ("entries", "What the framework calls"),
}
"""Section -> its name in the plural, and what it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One entry: the names it is about, what it says of them (kinds first), and its note."""

    names: tuple[str, ...]
    says: str
    note: str


def count(library: Library) -> dict[str, int]:
    """Section -> number of entries, without empty sections."""
    return {section: len(rows) for section in SECTIONS if (rows := getattr(library, section))}


def described(library: Library, section: str) -> list[Description]:
    """The entries of one section."""
    return [describe(entry) for entry in getattr(library, section)]


def describe(entry: BaseModel) -> Description:
    """One entry of any section."""
    if isinstance(entry, Type):
        names = f"variables like {entry.names}" if entry.names else ""
        bases = f"also {', '.join(entry.bases)}" if entry.bases else ""
        return Description(names=(entry.name,), says="; ".join(filter(None, (", ".join(entry.paths), names, bases))), note="")
    assert isinstance(entry, Knowledge)
    says = [part for part in _said(entry) if part]
    says += [f"when {', '.join(entry.when)}"] if entry.when else []
    says += [f"unless {', '.join(entry.unless)}"] if entry.unless else []
    return Description(names=tuple(_names(entry)), says="; ".join(says), note=entry.note)


def _names(entry: Knowledge) -> Iterator[str]:
    match entry:
        case Source() | Aspect():
            yield from entry.paths
        case Store():
            yield from (*entry.write, *entry.read)
        case Entry():
            yield from (f"@{path}" for path in entry.decorators)
            yield from (f"{path}(...)" for path in entry.calls)
            yield from (f"{base}: {', '.join(entry.methods)}" for base in entry.bases)
            yield from (f"functions called {name}" for name in entry.names)
            if entry.signature:
                yield f"functions of ({', '.join(entry.signature)}, ...)"
            if entry.directive:
                yield f"functions under '{entry.directive}'"
            yield from (f"functions returning {path}" for path in entry.returning)
        case Sink() | Setting():
            yield from (f"{path}(...)" for path in entry.calls)
            yield from (f"{path} = ..." for path in entry.stores)
            if entry.names:
                yield f"names like {entry.names}"
        case Flag():
            yield from (f"{path}(...)" for path in entry.calls)
            yield from (f"{path} = ..." for path in entry.stores)
        case Sanitizer() | Validator() | Propagator() | Exit():
            yield from (f"{path}(...)" for path in entry.calls)


def _said(entry: Knowledge) -> Iterator[str]:
    match entry:
        case Source():
            yield ", ".join(entry.kinds)
            yield f"{entry.origin.value} data" + (f" in {entry.result}" if entry.result != "result" else "")
            yield f"harmless for {', '.join(entry.harmless)}" if entry.harmless else ""
        case Sink():
            yield entry.kind.value
            yield f"argument {', '.join(entry.args)}" if entry.calls else ""
            yield _weight(entry)
        case Setting():
            yield entry.kind.value
            yield (
                "mended later by " + ", ".join(path for mend in entry.mended for path in (*mend.calls, *mend.stores))
                if (entry.mended)
                else ""
            )
            yield _weight(entry)
        case Sanitizer():
            yield f"clears {', '.join(entry.clears)}" if entry.clears else ""
            yield f"leaves none of {entry.lacks}" if entry.lacks else ""
            yield f"leaves text that matches {entry.matches}" if entry.matches else ""
        case Validator():
            outcome = "where it returns" if entry.outcome == "returns" else f"where it is {entry.outcome}"
            yield f"clears {', '.join(entry.clears)} {outcome}"
        case Propagator():
            yield from _passes(entry)
        case Aspect():
            yield f"the {entry.aspect}"
        case Store():
            yield f"keys {', '.join(entry.keys)}; value {entry.value}"
        case Flag():
            yield f"{'sets' if entry.value else 'takes away'} {entry.flag} on {entry.on}"
        case Exit():
            yield f"returns only where {entry.given} is true" if entry.given else "never returns"
        case Entry():
            yield from _called(entry)


def _weight(entry: Sink | Setting) -> str:
    parts = [f"CWE-{entry.cwe}" if entry.cwe else "", entry.severity.value if entry.severity else ""]
    parts += ["" if entry.certain else "only in some uses", f"fix {entry.fix}" if entry.fix else ""]
    return ", ".join(filter(None, parts))


def _passes(entry: Propagator) -> Iterator[str]:
    yield f"{', '.join(entry.source)} to {', '.join(entry.to)}" if entry.to else "nothing passes"
    yield f"only {', '.join(entry.kinds)}" if entry.kinds else ""
    yield "the text stays what it was" if entry.keeps else ""
    yield "a normalised absolute path" if entry.canonical else ""
    yield f"the {entry.aspect}" if entry.aspect else ""


def _called(entry: Entry) -> Iterator[str]:
    whose = "" if entry.origin is Origin.REMOTE else f" ({entry.origin.value})"
    yield f"parameters {', '.join(entry.parameters)}" if entry.parameters else ""
    yield {"": "", "rest": "further parameters", "all": "all parameters"}[entry.tainted] + (
        f" hold data from outside{whose}" if entry.tainted else ""
    )
    yield f"returning hostile text: {entry.returns.value}" if entry.returns else ""
    yield f"in files {', '.join(entry.paths)}" if entry.paths else ""
    yield f"in files that import {', '.join(entry.imports)}" if entry.imports else ""
