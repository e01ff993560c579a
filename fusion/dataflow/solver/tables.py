"""Knowledge, arranged for look-ups: everything that is known about one path at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

from fusion.dataflow.knowledge.conditions import Condition, Selector, parse_condition, parse_pattern, parse_selector
from fusion.dataflow.knowledge.kinds import Kinds
from fusion.dataflow.knowledge.schema import (
    Aspect,
    Entry,
    Exit,
    Flag,
    Kind,
    Knowledge,
    Library,
    Mend,
    Propagator,
    Sanitizer,
    Setting,
    Sink,
    Source,
    Store,
    Type,
    Validator,
)

E = TypeVar("E", bound=Knowledge | Mend, covariant=True)
K = TypeVar("K", bound=Knowledge)


@dataclass(slots=True, eq=False)
class Rule(Generic[E]):
    """An entry with its selectors and conditions parsed."""

    entry: E
    when: tuple[Condition, ...]
    unless: tuple[Condition, ...]
    args: tuple[Selector, ...] = ()
    to: tuple[Selector, ...] = ()
    mask: int = 0
    """Bits of the kinds that it is about."""


@dataclass(slots=True, eq=False)
class Known:
    """What is known about one path."""

    sources: list[Rule[Source]] = field(default_factory=list)
    sinks: list[Rule[Sink]] = field(default_factory=list)
    settings: list[Rule[Setting]] = field(default_factory=list)
    sanitizers: list[Rule[Sanitizer]] = field(default_factory=list)
    validators: list[Rule[Validator]] = field(default_factory=list)
    propagators: list[Rule[Propagator]] = field(default_factory=list)
    aspects: list[Rule[Aspect]] = field(default_factory=list)
    writes: list[Rule[Store]] = field(default_factory=list)
    reads: list[Rule[Store]] = field(default_factory=list)
    flags: list[Rule[Flag]] = field(default_factory=list)
    exits: list[Rule[Exit]] = field(default_factory=list)
    entries: list[Rule[Entry]] = field(default_factory=list)
    mends: list[tuple[Rule[Setting] | Rule[Sink], Rule[Mend]]] = field(default_factory=list)

    def take(self, other: Known) -> None:
        """Know what the other knows, too."""
        for name in self.__slots__:
            mine: list[object] = getattr(self, name)
            mine.extend(rule for rule in getattr(other, name) if rule not in mine)


class Tables:
    """The knowledge of the libraries that a group of files uses."""

    def __init__(self, libraries: Iterable[Library], kinds: Kinds) -> None:
        self.kinds = kinds
        self.types: dict[str, str] = {}
        """What denotes a value of a type -> the type's name."""
        self.names: list[tuple[re.Pattern[str], str, tuple[str, ...]]] = []
        """Names of variables, the type that they are believed to hold, and the packages that it is of."""
        self.calls: dict[str, Known] = {}
        self.stores: dict[str, Known] = {}
        self.reads: dict[str, Known] = {}
        """Attributes and elements."""
        self.name_sinks: list[tuple[re.Pattern[str], Rule[Sink]]] = []
        self.name_settings: list[tuple[re.Pattern[str], Rule[Setting]]] = []
        self._named: dict[str, tuple[Rule[Setting], ...]] = {}
        self.entries: list[Rule[Entry]] = []
        """Entries recognised without a path: by bases, names and signatures."""
        self.elements: set[str] = set()
        """Paths with a constant key that are known."""
        types: list[Type] = []
        for library in libraries:
            types.extend(library.type)
            self._add(library)
            self.names.extend(
                (re.compile(kind.names), kind.name, tuple(library.packages)) for kind in library.type if kind.names
            )
        for kind in types:
            for path in kind.paths:
                self.types[path] = kind.name
                self._element(path)
        self.type_names = {kind.name for kind in types}
        self._inherit(types)
        self._guesses: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {}
        self.bringing = self.type_names & self._bringing()
        """Types whose members bring data from outside: a value of one is no text itself."""

    def named(self, name: str) -> tuple[Rule[Setting], ...]:
        """The settings that a key of this name makes."""
        found = self._named.get(name)
        if found is None:
            found = tuple(rule for pattern, rule in self.name_settings if pattern.search(name))
            self._named[name] = found
        return found

    def _bringing(self) -> set[str]:
        """All that a path to a source goes through."""
        paths = (path for table in (self.reads, self.calls) for path, known in table.items() if known.sources)
        return {path[:end] for path in paths for end, sign in enumerate(path) if sign == "."}

    def guess(self, name: str, imports: Collection[str] = ()) -> str:
        """The type that a variable of this name is believed to hold; empty when none is.

        Where it may be one of several, it is of a package that is imported, if one of theirs is.
        """
        found = self._guesses.get(name)
        if found is None:
            found = tuple((kind, packages) for pattern, kind, packages in self.names if pattern.fullmatch(name))
            self._guesses[name] = found
        if len(found) > 1:
            for kind, packages in found:
                if any(imports_package(imports, package) for package in packages):
                    return kind
        return found[0][0] if found else ""

    def denotes(self, path: str) -> str:
        """The path's short form: its type where it denotes one."""
        return self.types.get(path, path)

    @cached_property
    def parsed(self) -> frozenset[str]:
        """Types that are a text taken apart: checks of their parts are checks of the text."""
        found = set()
        for table in (self.reads, self.calls):
            for path, known in table.items():
                if known.aspects and any(rule.entry.aspect in ("host", "scheme") for rule in known.aspects):
                    found.add(path.rpartition(".")[0])
        return frozenset(found | {path for path, name in self.types.items() if name in found})

    @cached_property
    def begun(self) -> frozenset[str]:
        """Every known path, and every beginning of one."""
        found: set[str] = set()
        for table in (self.types, self.reads, self.calls, self.stores):
            for path in table:
                found.add(path)
                found.update(path[: match.start()] for match in _STEP.finditer(path))
        return frozenset(found)

    @cached_property
    def entered(self) -> frozenset[str]:
        """Elements of which a part is known: `uploads.Files[]`, where `uploads.Files[].name` is."""
        tables = (self.types, self.reads, self.calls, self.stores)
        starts = (path[: match.start()] for table in tables for path in table for match in _STEP.finditer(path))
        return frozenset(start for start in starts if start.endswith("[]"))

    @cached_property
    def words(self) -> frozenset[str]:
        """The last names of everything that is known to give, take or decide something."""
        found = {_last(path) for path, known in self.reads.items() if known.sources or known.entries}
        found |= {_last(path) for path, known in self.stores.items() if known.sinks or known.settings or known.mends}
        for path, known in self.calls.items():
            if known.sources or known.sinks or known.settings or known.entries or known.mends or known.flags or known.writes:
                found.add(_last(path))
            if known.exits:
                found.add(_last(path))
        return frozenset(found - {""})

    @cached_property
    def identified(self) -> frozenset[str]:
        """Types whose values need an identity, since flags, keys or mends are remembered on each."""
        paths: set[str] = set()
        for table in (self.calls, self.stores):
            for path, known in table.items():
                if known.flags or known.writes or known.reads or known.mends or known.settings:
                    paths.add(path.rpartition(".")[0] or path.partition("[")[0])
                    paths.add(path.partition("[")[0])
                    paths.add(path.rpartition("[")[0])
                    paths.add(f"{path}()")
                for rule in known.flags:
                    if rule.to[0].base == "receiver" and rule.to[0].parts:
                        paths.add(".".join([path.rpartition(".")[0], *map(str, rule.to[0].parts)]))
        return frozenset(paths | {self.types[path] for path in paths if path in self.types}) - {""}

    def _add(self, library: Library) -> None:
        for source in library.source:
            rule = self._rule(source, to=(source.result,), mask=self._source_mask(source))
            for path in source.paths:
                if path.endswith("()"):
                    self._call(path[:-2]).sources.append(rule)
                else:
                    self._read(path).sources.append(rule)
        for sink in library.sink:
            sunk = self._rule(sink, args=sink.args, mask=self.kinds.bit(sink.kind))
            for path in sink.calls:
                self._call(path).sinks.append(sunk)
            for path in sink.stores:
                self._store(path).sinks.append(sunk)
            self._mends(sunk, sink.mended)
            if sink.names:
                self.name_sinks.append((parse_pattern(sink.names), sunk))
        for setting in library.setting:
            weak = self._rule(setting, mask=self.kinds.bit(setting.kind))
            for path in setting.calls:
                self._call(path).settings.append(weak)
            for path in setting.stores:
                self._store(path).settings.append(weak)
            if setting.names:
                self.name_settings.append((parse_pattern(setting.names), weak))
            self._mends(weak, setting.mended)
        for sanitizer in library.sanitizer:
            clean = self._rule(sanitizer, args=sanitizer.args, to=(sanitizer.result,), mask=self._mask(sanitizer.clears))
            for path in sanitizer.calls:
                self._call(path).sanitizers.append(clean)
        for validator in library.validator:
            valid = self._rule(validator, args=validator.args, mask=self._mask(validator.clears))
            for path in validator.calls:
                self._call(path).validators.append(valid)
        for propagator in library.propagator:
            mask = self._mask(propagator.kinds) if propagator.kinds else self.kinds.all | self.kinds.code
            passing = self._rule(propagator, args=propagator.source, to=propagator.to, mask=mask)
            for path in propagator.calls:
                self._call(path).propagators.append(passing)
        for aspect in library.aspect:
            part = self._rule(aspect)
            for path in aspect.paths:
                if path.endswith("()"):
                    self._call(path[:-2]).aspects.append(part)
                else:
                    self._read(path).aspects.append(part)
        for store in library.store:
            keyed = self._rule(store, args=store.keys, to=(store.value,))
            for path in store.write:
                self._call(path).writes.append(keyed)
            for path in store.read:
                self._call(path).reads.append(keyed)
        for flag in library.flag:
            flagged = self._rule(flag, to=(flag.on,))
            for path in flag.calls:
                self._call(path).flags.append(flagged)
            for path in flag.stores:
                self._store(path).flags.append(flagged)
        for exit_ in library.exit:
            leaving = self._rule(exit_, args=(exit_.given,) if exit_.given else ())
            for path in exit_.calls:
                self._call(path).exits.append(leaving)
        for entry in library.entry:
            begun = self._rule(entry)
            for path in entry.decorators:
                self._read(path).entries.append(begun)
            for path in entry.calls:
                self._call(path).entries.append(begun)
            if entry.bases or entry.names or entry.signature or entry.directive:
                self.entries.append(begun)

    def _mends(self, rule: Rule[Setting] | Rule[Sink], mends: Iterable[Mend]) -> None:
        for mend in mends:
            mended = Rule(mend, tuple(map(parse_condition, mend.when)), ())
            for path in mend.calls:
                self._call(path).mends.append((rule, mended))
            for path in mend.stores:
                self._store(path).mends.append((rule, mended))

    def _rule(self, entry: K, *, args: tuple[str, ...] = (), to: tuple[str, ...] = (), mask: int = 0) -> Rule[K]:
        return Rule(
            entry,
            tuple(map(parse_condition, entry.when)),
            tuple(map(parse_condition, entry.unless)),
            tuple(map(parse_selector, args)),
            tuple(map(parse_selector, to)),
            mask,
        )

    def _mask(self, kinds: Iterable[str]) -> int:
        mask = 0
        for kind in kinds:
            mask |= self.kinds.all if kind == "all" else self.kinds.bit(Kind(kind))
        return mask

    def _source_mask(self, source: Source) -> int:
        mask = self._mask(source.kinds) if source.kinds else self.kinds.hurt_by(source.origin)
        return mask & ~self._mask(source.harmless)

    def _call(self, path: str) -> Known:
        return self.calls.get(path) or self._new(self.calls, path)

    def _store(self, path: str) -> Known:
        return self.stores.get(path) or self._new(self.stores, path)

    def _read(self, path: str) -> Known:
        return self.reads.get(path) or self._new(self.reads, path)

    def _new(self, table: dict[str, Known], path: str) -> Known:
        self._element(path)
        table[path] = known = Known()
        return known

    def _element(self, path: str) -> None:
        place = path.find("]")
        while place >= 0:
            self.elements.add(path[: place + 1])
            place = path.find("]", place + 1)

    def _inherit(self, types: list[Type]) -> None:
        """Give each type what its bases have, so that a look-up needs one step."""
        bases: dict[str, list[str]] = {}
        for kind in types:
            bases.setdefault(kind.name, []).extend(kind.bases)
        for name in list(bases):
            for base in _closure(name, bases):
                for table in (self.calls, self.stores, self.reads):
                    for path in [path for path in table if path.startswith((f"{base}.", f"{base}["))]:
                        inherited = name + path[len(base) :]
                        if inherited not in table:
                            table[inherited] = Known()
                            self._element(inherited)
                        table[inherited].take(table[path])
                for path in [path for path in self.types if path.startswith((f"{base}.", f"{base}["))]:
                    self.types.setdefault(name + path[len(base) :], self.types[path])


def _closure(name: str, bases: dict[str, list[str]]) -> list[str]:
    """All bases, nearest first."""
    found: list[str] = []
    open_ = list(bases.get(name, ()))
    while open_:
        base = open_.pop(0)
        if base not in found and base != name:
            found.append(base)
            open_.extend(bases.get(base, ()))
    return found


_STEP = re.compile(r"[.\[(]")


def _last(path: str) -> str:
    """The last name of a path."""
    return re.split(r"[.\[\]()]+", path.rstrip("[]()"))[-1]


def imports_package(imports: Collection[str], package: str) -> bool:
    """Whether a package, or a module in it, is among what a file imports."""
    return package in imports or any(name.startswith((f"{package}.", f"{package}/")) for name in imports)
