"""The public interface against its own documentation: new names without any, parameters described that are gone or missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from agents.checks.docstrings import Described, described, tagged
from fusion.changes.roles import is_production
from fusion.model import Category, Confidence, Severity
from fusion.reading.comparison import Comparison
from fusion.reading.observation import Observation, at, listed, quoted
from fusion.syntax import Symbol, language, python_tree, symbols

_ENOUGH = 4
"""Public names that must be known before they make a custom."""
_CUSTOM = 0.75
"""Share of them that must be documented."""
_TAGGED = frozenset({"javascript", "typescript", "tsx", "java"})
_FUNCTIONS = frozenset({"function", "method"})
_FRAMES = frozenset({"namespace", "module", "impl"})
_EXEMPT = re.compile(r"@(?:typing\.)?(?:overload|override|Override)\b|\.(?:setter|deleter)\b")


def undocumented(comparisons: Sequence[Comparison]) -> Iterator[Observation]:
    """New public names without documentation where their neighbours have it; one observation per file."""
    known: set[str] = set()
    customs: dict[str, list[bool]] = {}
    for item in comparisons:
        known.update(symbol.name.rpartition(".")[2] for symbol in symbols(item.base_path, item.before))
        if is_production(item.path):
            documented = [symbol.documented for symbol in _public(item.base_path, item.before)]
            customs.setdefault(item.path.rpartition("/")[0], []).extend(documented)
    for item in comparisons:
        if not (item.exists and is_production(item.path)):
            continue
        public = _public(item.path, item.after)
        new = [symbol for symbol in public if not symbol.documented and _is_new(item, symbol, known)]
        if not new:
            continue
        names, fresh = [symbol.name for symbol in new], set(new)
        own = [symbol.documented for symbol in public if symbol not in fresh]
        if not _is_custom(own, customs[item.path.rpartition("/")[0]]):
            continue
        yield Observation(
            rule="docs/undocumented",
            family="missing-documentation",
            category=Category.DOCUMENTATION,
            title=f"New in the public interface without documentation: {listed(names, 3)}",
            body="The neighbours of what the change adds here say what they are for, so readers will look for it. "
            "Add a sentence to each.",
            severity=Severity.LOW,
            confidence=Confidence.LIKELY,
            location=at(item.path, new[0].line),
            subject=" ".join(names),
            symbol=new[0].name,
        )


def wrong_parameters(item: Comparison) -> Iterator[Observation]:
    """Documentation of a function that both sides have, describing parameters that the change took away or left out."""
    name = language(item.path)
    if not (item.exists and item.existed):
        return
    if name == "python":
        yield from _python_parameters(item)
    elif name in _TAGGED:
        yield from _tagged_parameters(item)


def _public(path: str, text: str) -> list[Symbol]:
    return [
        symbol
        for symbol in symbols(path, text)
        if symbol.public and symbol.kind not in _FRAMES and not symbol.name.rpartition(".")[2].startswith("_")
    ]


def _is_new(item: Comparison, symbol: Symbol, known: set[str]) -> bool:
    simple = symbol.name.rpartition(".")[2]
    if simple in known or simple in ("main", "constructor") or item.added.isdisjoint(range(symbol.line, symbol.line + 3)):
        return False
    head = "\n".join(item.after_lines[max(symbol.line - 2, 0) : symbol.line + 2])
    return _EXEMPT.search(head) is None


def _is_custom(own: Sequence[bool], folder: Sequence[bool]) -> bool:
    """Whether names like the new ones are documented as a rule: in the file, or in its folder where the file has too few."""
    documented = own if len(own) >= _ENOUGH else folder
    return len(documented) >= _ENOUGH and sum(documented) >= _CUSTOM * len(documented)


def _python_parameters(item: Comparison) -> Iterator[Observation]:
    if python_tree.headers(item.before) == python_tree.headers(item.after):
        return
    before, after = python_tree.parse(item.before), python_tree.parse(item.after)
    if before is None or after is None:
        return
    old, classes = python_tree.functions(before), python_tree.classes(after)
    for name, node in python_tree.functions(after).items():
        if name not in old:
            continue
        was, now = python_tree.parameters(old[name]), python_tree.parameters(node)
        changed_defaults = {
            key: (a, b)
            for key in was.keys() & now.keys()
            if (a := python_tree.literal(was[key])) and (b := python_tree.literal(now[key])) and a != b
        }
        if list(was) == list(now) and not changed_defaults:
            continue
        holder = classes.get(name.removesuffix(".__init__")) if name.endswith(".__init__") else None
        for holding in (node, holder):
            text = python_tree.docstring(holding) if holding is not None else None
            if text is None:
                continue
            entries = described(item.after_lines[text.lineno - 1 : text.end_lineno], text.lineno)
            if not node.args.kwarg:
                yield from _gone(item, name, list(was), list(now), entries)
            yield from _missing(item, name, list(was), list(now), entries, text.lineno)
            yield from _other_defaults(item, name, changed_defaults, entries)


def _tagged_parameters(item: Comparison) -> Iterator[Observation]:
    before = {symbol.name: symbol for symbol in symbols(item.base_path, item.before) if symbol.kind in _FUNCTIONS}
    for symbol in symbols(item.path, item.after):
        old = before.get(symbol.name)
        if symbol.kind not in _FUNCTIONS or old is None or old.signature == symbol.signature:
            continue
        was, now = (re.findall(r"[\w$]+", side.signature) for side in (old, symbol))
        yield from _gone(item, symbol.name, was, now, tagged(item.after_lines, symbol.line))


def _gone(
    item: Comparison, name: str, was: Sequence[str], now: Sequence[str], entries: Mapping[str, Described]
) -> Iterator[Observation]:
    for parameter, entry in entries.items():
        if parameter not in was or parameter in now:
            continue
        place = was.index(parameter)
        renamed = now[place] if len(was) == len(now) and now[place] not in was and now[place] not in entries else ""
        yield Observation(
            rule="docs/removed-parameter",
            family="stale-documentation",
            category=Category.DOCUMENTATION,
            title=f"The documentation of {quoted(name)} describes {quoted(parameter)}, which is gone",
            body="Whoever follows it passes a parameter that the function no longer takes. "
            + (f"It is now {quoted(renamed)}: rename the entry." if renamed else "Remove the entry."),
            severity=Severity.LOW,
            confidence=Confidence.CERTAIN,
            location=at(item.path, entry.line),
            subject=f"{name} {parameter}",
            symbol=name,
        )


def _missing(
    item: Comparison, name: str, was: Sequence[str], now: Sequence[str], entries: Mapping[str, Described], line: int
) -> Iterator[Observation]:
    kept = [parameter for parameter in was if parameter in now and parameter not in ("self", "cls")]
    if len(kept) < 2 or not all(parameter in entries for parameter in kept):
        return
    stale = any(parameter in was and parameter not in now for parameter in entries)
    new = [other for other in now if other not in was and other not in entries and not other.startswith("_")]
    if new and not stale:
        yield Observation(
            rule="docs/missing-parameter",
            family="missing-documentation",
            category=Category.DOCUMENTATION,
            title=f"The documentation of {quoted(name)} leaves out {listed(new)}",
            body="It describes every other parameter, so a reader takes the list for complete. Add the missing entry.",
            severity=Severity.LOW,
            confidence=Confidence.LIKELY,
            location=at(item.path, line),
            subject=f"{name} {' '.join(new)}",
            symbol=name,
        )


def _other_defaults(
    item: Comparison, name: str, changed: Mapping[str, tuple[str, str]], entries: Mapping[str, Described]
) -> Iterator[Observation]:
    for parameter, (was, now) in changed.items():
        entry = entries.get(parameter)
        if entry is not None and names_default(entry.text, was, now):
            yield stale_default(item.path, entry.line, parameter, was, now, symbol=name)


def names_default(text: str, was: str, now: str) -> bool:
    """Whether a text gives the old default as the default, and not the new one. Both are Python literals."""
    lowered = text.lower()
    if "default" not in lowered:
        return False
    after = text[lowered.index("default") :]
    return _names(after, was) and not _names(text, now)


def stale_default(path: str, line: int, name: str, was: str, now: str, symbol: str | None = None) -> Observation:
    """The observation that a text still gives the old default."""
    return Observation(
        rule="docs/changed-default",
        family="stale-documentation",
        category=Category.DOCUMENTATION,
        title=f"The documentation gives {quoted(was)} as the default of {quoted(name)}; it is {quoted(now)} now",
        body="Whoever relies on the text gets another behaviour than it promises. Write the new default.",
        severity=Severity.LOW,
        confidence=Confidence.LIKELY,
        location=at(path, line),
        subject=f"{name} default",
        symbol=symbol,
    )


def _names(text: str, literal: str) -> bool:
    bare = literal.strip("'\"")
    return bool(bare) and re.search(rf"(?<![\w.]){re.escape(bare)}(?![\w]|\.\d)", text) is not None
