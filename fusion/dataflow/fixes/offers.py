"""Mechanical fixes for flows, by the names that knowledge gives (`fix = "bind-parameters"`): small edits of the source.

A fix is computed from the form that was analysed and from the text, and suggested only where both are understood to the
letter. Whether it helps is decided elsewhere: it is offered when the analysis of the patched file no longer finds the flow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from fusion.dataflow import ir
from fusion.dataflow.fixes.commands import without_shell
from fusion.dataflow.fixes.settings import (
    Repair,
    no_entities,
    safe_load,
    secure_cookie,
    strong_hash,
    system_random,
    text_content,
)
from fusion.dataflow.fixes.source import Source, TooLarge
from fusion.dataflow.fixes.sql import bind
from fusion.dataflow.results import Analysis, Flow
from fusion.model import Fix

BIND_PARAMETERS = "bind-parameters"
YAML_SAFE_LOAD = "yaml-safe-load"
SHELL_FALSE = "shell-false"
COOKIE_SECURE = "cookie-secure"
STRONG_HASH = "strong-hash"
SYSTEM_RANDOM = "system-random"
NO_ENTITIES = "no-entities"
TEXT_CONTENT = "text-content"

_MOST_PER_FILE = 40
"""Flows of one file that a fix is looked for; more files with as many flows are not fixed one by one."""

_Repairer = Callable[[Source, Flow], Repair | None]


def _at_call(repair: Callable[[Source, ir.Call], Repair | None]) -> _Repairer:
    return lambda source, flow: repair(source, call) if (call := source.call_at(flow.sink.span)) is not None else None


def _with_callee(repair: Callable[[Source, ir.Call, str], Repair | None]) -> _Repairer:
    return lambda source, flow: (
        repair(source, call, flow.callee) if (call := source.call_at(flow.sink.span)) is not None else None
    )


def _at_source(repair: Callable[[Source, ir.Span], Repair | None]) -> _Repairer:
    return lambda source, flow: repair(source, flow.trace[0].span) if flow.trace[0].path == source.module.path else None


FIXES: Mapping[str, tuple[str, _Repairer]] = {
    BIND_PARAMETERS: ("Bind the values as parameters of the statement", _with_callee(bind)),
    YAML_SAFE_LOAD: ("Load plain data only", _at_call(safe_load)),
    SHELL_FALSE: ("Run the program without a shell", _with_callee(without_shell)),
    COOKIE_SECURE: ("Send the cookie over HTTPS only", lambda source, flow: secure_cookie(source, flow.sink.span, flow.callee)),
    STRONG_HASH: ("Use SHA-256", _at_call(strong_hash)),
    SYSTEM_RANDOM: ("Use random numbers that nobody can predict", _at_source(system_random)),
    NO_ENTITIES: ("Do not resolve entities", _at_call(no_entities)),
    TEXT_CONTENT: ("Set text instead of markup", lambda source, flow: text_content(source, flow.sink.span)),
}
"""Title and how it is made, by name."""


def suggest(flow: Flow, module: ir.Module, text: str) -> Fix | None:
    """The fix of a flow that ends in the module; `text` is the file's decoded text. None where none is clear.

    `Fix.safe` where the program does the same with well-formed input.
    """
    try:
        source = Source(module, text)
    except TooLarge:
        return None
    return _suggested(flow, source) if source.sound else None


def _suggested(flow: Flow, source: Source) -> Fix | None:
    path = source.module.path
    if flow.fix not in FIXES or flow.sink.path != path:
        return None
    title, repair = FIXES[flow.fix]
    found = repair(source, flow)
    if found is None:
        return None
    cuts, safe = found
    return Fix(title=title, edits=source.edits(cuts), safe=safe)


def mended(found: Analysis, module: Callable[[str], ir.Module | None], read: Callable[[str], bytes | None]) -> Analysis:
    """The analysis with fixes in its flows. Files that are not UTF-8 get none, because edits are made in UTF-8."""
    sources: dict[str, Source | None] = {}
    tried: dict[str, int] = {}
    flows = []
    for flow in found.flows:
        path = flow.sink.path
        tried[path] = tried.get(path, 0) + 1 if flow.fix in FIXES else tried.get(path, 0)
        if flow.fix in FIXES and tried[path] <= _MOST_PER_FILE:
            if path not in sources:
                sources[path] = _source(module(path), read(path))
            source = sources[path]
            fix = _suggested(flow, source) if source is not None else None
            flows.append(replace(flow, repair=fix) if fix is not None else flow)
        else:
            flows.append(flow)
    return replace(found, flows=tuple(flows))


def _source(module: ir.Module | None, data: bytes | None) -> Source | None:
    if module is None or data is None:
        return None
    try:
        source = Source(module, data.decode())
    except (UnicodeDecodeError, TooLarge):
        return None
    return source if source.sound else None
