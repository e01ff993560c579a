"""Addresses: how they are joined and put together, and what checks of the host that a name stands for show of the address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from fusion.dataflow import ir
from fusion.dataflow.contexts.addresses import host_is_fixed
from fusion.dataflow.contexts.limits import ANY, HOLE
from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.solver.calling.arguments import Arguments, flatten, things
from fusion.dataflow.solver.domain.state import State, Thing
from fusion.dataflow.solver.domain.taints import Facts, Taint, added, known, merge
from fusion.dataflow.solver.domain.values import UNKNOWN, Library, Object, Value, constant, join_all, reference
from fusion.dataflow.solver.machine import Machine

PARTS = "urllib.parse.Parts"
_PARTS = ("scheme", "netloc", "path", "query", "fragment")
_HOST = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#\\@]+")
_BEGUN = re.compile(r"[^\s:/?#\\\ufffc]+")
_ANCESTORS = 16
"""Steps that are gone back to the address that a host was taken from."""


class Urls(Machine):
    """Calls of `urllib.parse`, and parts of addresses."""

    def url_call(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """Functions that put addresses together; None for others."""
        given = arguments.positional
        match path.rpartition(".")[2]:
            case "urljoin" if len(given) > 1:
                base, rest = (flatten([value], state).taints for value in given[:2])
                ahead = _based(given[0], rest, state)
                taints = self.moved(merge(ahead, base), node, "joined into an address")
                return Value(None, (), taints) if taints else None
            case "urlunparse" | "urlunsplit" if given:
                exact = self.elements(given[0], state, node)[0]
                return self._unparsed(exact, state, node) if exact is not None else self._whole(given[0], state, node)
            case "_replace":
                return self._replaced(arguments, state, node)
            case "geturl":
                return self._whole(arguments.receiver, state, node)
            case _:
                return None

    def _whole(self, parts: Value, state: State, node: ir.Node) -> Value | None:
        """The address that was taken apart."""
        made = [thing.fields for thing in things(parts, state) if thing.path == PARTS and "netloc" in thing.fields]
        if len(made) == len(parts.refs) == 1 and not parts.taints:
            return self._unparsed([made[0].get(name, UNKNOWN) for name in _PARTS], state, node)
        taints = flatten([parts], state).taints
        return Value(None, (), taints) if taints else None

    def _unparsed(self, parts: Sequence[Value] | None, state: State, node: ir.Node) -> Value | None:
        if parts is None or len(parts) < 3:
            return None
        scheme, host, *rest = parts
        lead = [] if host.consts == ("",) and scheme.consts == ("",) else [scheme, constant("://"), host, constant("/")]
        between = [piece for part in rest[1:] for piece in (constant("?"), part)]
        return self.concatenate([*lead, rest[0], *between], state, node)

    def _replaced(self, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """`parts._replace(netloc=...)`: with a host of ours nothing else chooses it; without one, its path does."""
        named = arguments.keywords
        host = named.get("netloc")
        if all(name in named and named[name].consts == ("",) for name in ("scheme", "netloc")) and "path" in named:
            fields: dict[object, Value] = {
                name: named[name] if name in named else self.load_attribute(arguments.receiver, name, state, node)
                for name in _PARTS
            }
            return reference(Object(state.allocate(Thing("library", None, fields, path=PARTS))))
        inner = flatten([arguments.receiver], state).taints
        if not inner or host is None or host.taints or host.consts == ("",):
            return join_all([arguments.receiver, *arguments.keywords.values()]) if inner else None
        fixed = (
            taint._replace(lead=f"//{HOLE}/", whole=self.data.part(taint.datum, id(node)))
            for taint in flatten([arguments.receiver, *arguments.keywords.values()], state).taints
        )
        return Value(None, (Library(PARTS),), tuple(fixed))

    # ---------------------------------------------------------------- what checks of a part show

    def with_host(self, taints: Iterable[Taint]) -> Facts:
        """What is known of an address whose host is ours."""
        cleared = self.kinds.mask(Kind.OPEN_REDIRECT, Kind.REQUEST_FORGERY)
        ours: Facts = {}
        for taint in taints:
            if taint.lead == "":
                ours[taint.whole] = (cleared, ANY)
                if taint.aspect is not None and taint.aspect[0] == "sender":
                    ours[taint.aspect[1]] = (self.kinds.all, ANY)
        return ours

    def known_part(self, part: Value) -> Value:
        """A part of an address, with what it shows by being empty, or true."""
        cleared = self.kinds.mask(Kind.OPEN_REDIRECT, Kind.REQUEST_FORGERY)
        true, false = part.true, part.false
        for taint in part.taints:
            if taint.aspect is None:
                continue
            name, whole = taint.aspect
            if name == "host":
                false = added(false, {whole: (cleared, ANY)})
            elif name == "private":
                false = added(false, self.reachable(taint._replace(whole=whole, datum=whole)))
            elif name == "public":
                true = added(true, self.reachable(taint._replace(whole=whole, datum=whole)))
        if true is part.true and false is part.false:
            return part
        return Value(part.consts, part.refs, part.taints, true, false)

    def reachable(self, taint: Taint) -> Facts:
        """What is known once a host is known to be one that anybody may ask: so is the address that it was taken from."""
        mask = (self.kinds.bit(Kind.REQUEST_FORGERY), ANY)
        facts: Facts = {taint.whole: mask, taint.datum: mask}
        place = taint.datum
        for _ in range(_ANCESTORS):
            made = self.data.made(place)
            if made is None or not made[0]:
                break
            place = made[0]
            facts[place] = mask
        return facts


def _based(base: Value, rest: tuple[Taint, ...], state: State) -> tuple[Taint, ...]:
    """What is joined to an address: what stays on its host comes after it."""
    text = base.consts[0] if base.consts and len(base.consts) == 1 and not base.refs else base.shape
    host = _HOST.match(text) if isinstance(text, str) else None
    if host is None:
        return rest
    found = []
    for taint in rest:
        limits = known(taint, state.facts)[1]
        stays = host_is_fixed(taint.lead, limits) or (limits.lacks(":") and _BEGUN.fullmatch(taint.lead or ""))
        found.append(taint._replace(lead=f"{host[0]}/{taint.lead}", aspect=None) if stays and taint.lead is not None else taint)
    return tuple(found)
