"""Python's own functions, and those of its library that only move values about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from fusion.dataflow.solver.builtin.copies import Copies, Handler
from fusion.dataflow.solver.builtin.heaps import Heaps
from fusion.dataflow.solver.builtin.iteration import PythonIteration
from fusion.dataflow.solver.builtin.settings_texts import SettingsTexts
from fusion.dataflow.solver.builtin.string_templates import StringTemplates
from fusion.dataflow.solver.calling.arguments import Arguments, paths, things
from fusion.dataflow.solver.defining.fields import FIELD
from fusion.dataflow.solver.defining.tuples import NamedTuples
from fusion.dataflow.solver.domain import texts
from fusion.dataflow.solver.domain.optional import PERHAPS
from fusion.dataflow.solver.domain.state import ATTRIBUTES, State, Thing
from fusion.dataflow.solver.domain.taints import added
from fusion.dataflow.solver.domain.values import (
    FALSE,
    NONE,
    NOTHING,
    TRUE,
    UNKNOWN,
    Closure,
    Library,
    Object,
    Value,
    constant,
    join,
    join_all,
    reference,
    tainted,
)
from fusion.dataflow.solver.memory.holding import ContextVariables
from fusion.dataflow.solver.methods.receivers import Use, is_plain, single

_HARMLESS = frozenset(
    {
        *("int", "float", "bool", "complex", "decimal.Decimal", "fractions.Fraction", "uuid.UUID", "enum.Enum"),
        *("datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta"),
        *("ipaddress.IPv4Address", "ipaddress.IPv6Address", "numbers.Number", "numbers.Integral", "numbers.Real"),
    }
)
"""Types whose values hold no text of anybody's choice."""
_CONSTANT_TYPES: dict[str, type] = {"str": str, "bytes": bytes, "int": int, "float": float, "bool": bool}
_ROLES: dict[str, Literal["static", "class", "getter"]] = {
    "staticmethod": "static",
    "classmethod": "class",
    "property": "getter",
}
_KINDS = frozenset({"list", "tuple", "set", "dict"})
_FOLDS: dict[str, Any] = {
    "abs": abs,
    "ascii": ascii,
    "bin": bin,
    "bool": bool,
    "chr": chr,
    "float": float,
    "hex": hex,
    "int": int,
    "len": len,
    "max": max,
    "min": min,
    "oct": oct,
    "ord": ord,
    "repr": repr,
    "round": round,
    "str": str,
}


class PythonFunctions(PythonIteration, SettingsTexts, StringTemplates, ContextVariables, NamedTuples):
    """One method per kind of function."""

    def python_function(self, use: Use) -> Value | None:
        """The result of a call; None where the function is not known."""
        handler = _FUNCTIONS.get(use.name)
        if handler is None:
            return None
        fold = _FOLDS.get(use.name)
        given = use.arguments
        plain = given.positional and given.rest is None and not given.keywords and given.more is None
        if fold is not None and plain and not any(value.taints or value.refs for value in given.positional):
            consts = texts.combine([value.consts for value in given.positional], fold)
            if consts is not None:
                return Value(consts)
        return handler(self, use)

    # ---------------------------------------------------------------- questions

    def _py_isinstance(self, use: Use) -> Value:
        value, types = use.argument(0), use.argument(1)
        if value is None or types is None:
            return UNKNOWN
        exact, _ = self.elements(types, use.state, use.node) if self._py_is_series(types, use.state) else ([types], NOTHING)
        names = [path for one in exact or [UNKNOWN] for path in paths(one, use.state)]
        known = exact is not None and len(names) == len(exact)
        if known and value.taints and all(name.removesuffix("()") in _HARMLESS for name in names):
            return Value(None, (), (), self.safe(value.taints))
        if known and value.taints and names:
            return Value(None, (), (), self.simple_parts(value.taints, names))
        if known and not value.taints and all(name in _CONSTANT_TYPES or name in _KINDS for name in names):
            return self._py_kind_of(value, names, use.state)
        return UNKNOWN

    def _py_is_series(self, value: Value, state: State) -> bool:
        return any(thing.kind in _KINDS for thing in things(value, state))

    def _py_kind_of(self, value: Value, names: list[str], state: State) -> Value:
        """`isinstance` of what is known entirely."""
        if value.consts is None:
            return UNKNOWN
        wanted = tuple(_CONSTANT_TYPES[name] for name in names if name in _CONSTANT_TYPES)
        found = {isinstance(const, wanted) for const in value.consts}
        for ref in value.refs:
            thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
            if thing is None or thing.kind not in _KINDS:
                return UNKNOWN
            found.add(thing.kind in names)
        return UNKNOWN if len(found) != 1 else TRUE if found.pop() else FALSE

    def _py_type(self, use: Use) -> Value:
        value = self.first(use)
        if value.consts and not value.refs and not value.taints and len(use.arguments.positional) == 1:
            names = {type(const).__name__ for const in value.consts}
            return join_all(reference(Library(name)) for name in sorted(names))
        if value.taints:
            return tainted(
                taint.part_of("type", self.data.part(taint.whole, "type"))._replace(mask=self.kinds.code)
                for taint in value.taints
            )
        found = [reference(thing.klass) for thing in things(value, use.state) if thing.klass is not None]
        return join_all(found) if found and len(found) == len(value.refs) else UNKNOWN

    def _py_len(self, use: Use) -> Value:
        value = self.first(use)
        sizes = {size for thing in things(value, use.state) if (size := _size(thing)) is not None}
        exact = len(value.refs) == 1 and value.consts == () and not value.taints
        return constant(sizes.pop()) if exact and sizes else self.numbered(use)

    def _py_truth(self, use: Use) -> Value:
        value = self.first(use)
        truth = self.truth(value, use.state)
        return Value(None if truth is None else (truth,), (), (), value.true, value.false)

    def _py_quantified(self, use: Use) -> Value:
        """`any`, `all`: what one outcome shows of all elements."""
        exact, _ = self.elements(self.first(use), use.state, use.node)
        if exact is None:
            return UNKNOWN
        decisive = use.name == "any"
        truths = [self.truth(item, use.state) for item in exact]
        if any(truth is decisive for truth in truths):
            return constant(decisive)
        if all(truth is (not decisive) for truth in truths):
            return constant(not decisive)
        facts = None
        for item in exact:
            facts = added(facts, item.false if decisive else item.true)
        return Value(None, (), (), None, facts) if decisive else Value(None, (), (), facts)

    # ---------------------------------------------------------------- text

    def _py_bytes(self, use: Use) -> Value:
        value = self.first(use)
        if value.refs:
            return self.mixed(use)
        const = single(value)
        if isinstance(const, str):
            return constant(const.encode("utf-8", "replace"))
        return constant(const) if isinstance(const, bytes) else Value(None, (), value.taints)

    def _py_format(self, use: Use) -> Value:
        spec = use.constant(1)
        value = self.first(use)
        if isinstance(spec, str) and is_plain(value):
            consts = texts.combine([value.consts], texts.shaped(spec))
            if consts is not None:
                return Value(consts)
        if isinstance(spec, str) and spec and spec[-1] in "bcdeEfFgGnoxX%":
            return self.digits(use)
        return self.text_of(use)

    def _py_maketrans(self, use: Use) -> Value:
        """`str.maketrans(from, to, removed)` or `str.maketrans(table)`."""
        before, after, removed = (use.constant(place) for place in range(3))
        if len(use.arguments.positional) == 1:
            return self.first(use)
        if not isinstance(before, str) or not isinstance(after, str) or len(before) != len(after):
            return UNKNOWN
        fields: dict[object, Value] = {char: constant(to) for char, to in zip(before, after, strict=True)}
        fields.update(dict.fromkeys(removed if isinstance(removed, str) else "", NONE))
        return self.make(use.state, Thing("dict", None, fields))

    # ---------------------------------------------------------------- objects and functions

    def _py_getattr(self, use: Use) -> Value:
        return self.attribute(self.first(use), use.argument(1), use, use.argument(2))

    def _py_setattr(self, use: Use) -> Value:
        name, value = use.constant(1), use.argument(2)
        if isinstance(name, str) and value is not None:
            self.store_attribute(self.first(use), name, value, use.state, use.node)
        elif value is not None:
            for ref in self.first(use).refs:
                if isinstance(ref, Object) and (thing := use.state.heap.get(ref.id)) is not None:
                    use.state.heap[ref.id] = thing.doubted().but(rest=join(thing.rest, value))
        return NONE

    def _py_vars(self, use: Use) -> Value:
        tables = [thing for thing in things(self.first(use), use.state) if thing.kind == "instance"]
        if not tables:
            return self.mixed(use)
        return join_all(self.make(use.state, Thing("dict", None, thing.fields, thing.rest)) for thing in tables)

    def _py_attributes(self, use: Use) -> Value:
        """`vars(object)`: its attributes, which are set by setting its elements."""
        if any(thing.kind == "instance" for thing in things(self.first(use), use.state)):
            return self.load_attribute(self.first(use), ATTRIBUTES, use.state, use.node)
        return self._py_vars(use)

    def _py_namespace(self, use: Use) -> Value:
        """`types.SimpleNamespace(**attributes)`."""
        return self.as_table(use, "instance")

    def _py_print(self, use: Use) -> Value:
        """`print(..., file=stream)` writes to it."""
        stream = use.arguments.keywords.get("file")
        if stream is not None and any(isinstance(ref, Object) for ref in stream.refs):
            self.call_member(stream, "write", Arguments(use.arguments.positional), use.state, use.node)
        return self._py_nothing(use)

    def _py_replace(self, use: Use) -> Value:
        """`dataclasses.replace(object, **fields)`."""
        made = self.shallow(use)
        more = use.arguments.more
        for thing in list(things(made, use.state)) if more is not None else ():
            for key, field in thing.fields.items():
                if isinstance(key, str):
                    self.store_attribute(made, key, join(field, more or NOTHING), use.state, use.node)
        for name, value in use.arguments.keywords.items():
            self.store_attribute(made, name, value, use.state, use.node)
        return made

    def _py_field(self, use: Use) -> Value:
        """`dataclasses.field(default_factory=list)` and its like: what a field begins as."""
        named = use.arguments.keywords
        fields: dict[object, Value] = {}
        if (default := named.get("default", use.argument(0))) is not None:
            fields["default"] = default
        if (factory := named.get("default_factory", named.get("factory"))) is not None:
            fields["factory"] = factory
        return self.make(use.state, Thing(FIELD, None, fields))

    def _py_partial(self, use: Use) -> Value:
        return self.partial(self.first(use), use.arguments.positional[1:], use.arguments.keywords, use)

    def _py_called(self, use: Use) -> Value:
        """`asyncio.to_thread(function, ...)` and its like."""
        skipped = 1 if use.name.endswith("run_in_executor") else 0
        given = use.arguments.positional[skipped:]
        if not given:
            return UNKNOWN
        return self.call(given[0], Arguments(given[1:], use.arguments.keywords), use.state, use.node)

    def _py_gather(self, use: Use) -> Value:
        given = use.arguments
        if given.rest is None:
            return self.series(use.state, given.positional)
        return self.series(use.state, None, join_all([*given.positional, given.rest]))

    def _py_second(self, use: Use) -> Value:
        return use.argument(1) or UNKNOWN

    def _py_new_type(self, use: Use) -> Value | None:
        """What `NewType("Name", type)` made, called: it gives back what it is given."""
        return self.first(use) if len(use.arguments.positional) == 1 and not use.arguments.keywords else None

    def _py_walk(self, use: Use) -> Value:
        """`ast.walk(tree)`."""
        value = self.first(use)
        return tainted(self.parts_of_program(value.taints, use.state, use.node)) if value.taints else UNKNOWN

    def _py_role(self, use: Use) -> Value:
        """`staticmethod(function)` and its like, called: the function with another role in the class that it is put into."""
        found: list[Value] = []
        for ref in self.first(use).refs:
            if isinstance(ref, Closure):
                self.called.add(id(ref.function))
                ref = Closure(replace(ref.function, role=_ROLES[use.name]), ref.scope, ref.receiver, ref.owner)
            found.append(reference(ref))
        return join_all(found) if found else UNKNOWN

    def _py_nothing(self, use: Use) -> Value:
        del use
        return NONE


def _size(thing: Thing) -> int | None:
    """How many elements a list or dictionary has; None where that is not known."""
    if thing.items is not None:
        return len(thing.items)
    known = thing.kind == "dict" and thing.rest is NOTHING and thing.keys is NOTHING and PERHAPS not in thing.flags
    return len(thing.fields) if known else None


def _all(handler: Handler, names: str) -> dict[str, Handler]:
    return dict.fromkeys(names.split(), handler)


_FUNCTIONS: dict[str, Handler] = {
    **_all(SettingsTexts._settings_text, "configparser.Parser.read_string"),
    **_all(SettingsTexts._settings_table, "configparser.Parser.read_dict"),
    **_all(ContextVariables._py_context_variable, "contextvars.ContextVar"),
    **_all(ContextVariables._py_typed_key, "aiohttp.web.AppKey aiohttp.web.RequestKey aiohttp.web_request.RequestKey"),
    **_all(ContextVariables._py_routes, "tornado.web.Application tornado.web.Application().add_handlers"),
    **_all(ContextVariables._py_route, "tornado.web.url tornado.web.URLSpec tornado.routing.URLSpec"),
    **_all(ContextVariables._py_context_get, "contextvars.ContextVar.get"),
    **_all(ContextVariables._py_context_set, "contextvars.ContextVar.set"),
    **_all(NamedTuples._py_named_tuple, "collections.namedtuple typing.NamedTuple"),
    **_all(NamedTuples._py_tuple_replaced, "typing.NamedTuple()._replace"),
    **_all(NamedTuples._py_tuple_table, "typing.NamedTuple()._asdict"),
    **_all(
        SettingsTexts._settings_option, "configparser.Parser.getboolean configparser.Parser.getint configparser.Parser.getfloat"
    ),
    **_all(Copies.unrelated, "configparser.Parser.has_option configparser.Parser.has_section"),
    **_all(StringTemplates._template, "string.Template"),
    **_all(StringTemplates._template_filled, "string.Template().substitute string.Template().safe_substitute"),
    **_all(StringTemplates._buffer, "io.StringIO io.BytesIO"),
    **_all(StringTemplates._buffer_written, "io.StringIO().write io.StringIO().writelines io.BytesIO().write"),
    **_all(StringTemplates._buffer_read, "io.StringIO().getvalue io.StringIO().read io.BytesIO().getvalue io.BytesIO().read"),
    **_all(StringTemplates._queue, "queue.Queue queue.SimpleQueue queue.LifoQueue asyncio.Queue asyncio.LifoQueue"),
    **_all(StringTemplates._queue, "multiprocessing.Queue multiprocessing.SimpleQueue Queue.Queue"),
    **_all(StringTemplates._queue, "queue.PriorityQueue asyncio.PriorityQueue"),
    **_all(PythonFunctions._py_isinstance, "isinstance"),
    **_all(PythonFunctions._py_type, "type"),
    **_all(PythonFunctions._py_len, "len"),
    **_all(PythonFunctions._py_walk, "ast.walk"),
    **_all(PythonFunctions._py_truth, "bool"),
    **_all(PythonFunctions._py_quantified, "any all"),
    **_all(Copies.unrelated, "hash id callable hasattr issubclass functools.wraps"),
    **_all(
        Copies.numbered,
        "abs round int float complex ord divmod pow math.floor math.ceil math.trunc math.sqrt",
    ),
    **_all(Copies.digits, "hex oct bin"),
    **_all(PythonFunctions._py_bytes, "bytes bytearray memoryview"),
    **_all(Copies.text_of, "str"),
    **_all(Copies.as_json, "repr ascii json.dumps orjson.dumps ujson.dumps simplejson.dumps"),
    **_all(Copies.mixed, "chr json.loads json.load pprint.pformat"),
    **_all(PythonFunctions._py_format, "format"),
    **_all(PythonFunctions._py_maketrans, "str.maketrans bytes.maketrans"),
    **_all(PythonIteration._py_series, "list tuple set frozenset itertools.cycle"),
    **_all(PythonIteration._py_deque, "collections.deque"),
    **_all(PythonIteration._py_sorted, "sorted"),
    **_all(PythonIteration._py_reversed, "reversed"),
    **_all(PythonIteration._py_dict, "dict collections.OrderedDict types.MappingProxyType"),
    **_all(PythonIteration._py_chain_map, "collections.ChainMap"),
    **_all(PythonIteration._py_fromkeys, "dict.fromkeys"),
    **_all(PythonIteration._py_defaultdict, "collections.defaultdict"),
    **_all(PythonIteration._py_counter, "collections.Counter"),
    **_all(PythonIteration._py_enumerate, "enumerate"),
    **_all(PythonIteration._py_zip, "zip itertools.zip_longest"),
    **_all(PythonIteration._py_map, "map"),
    **_all(PythonIteration._py_filter, "filter"),
    **_all(PythonIteration._py_range, "range"),
    **_all(PythonIteration._py_islice, "itertools.islice"),
    **_all(PythonIteration._py_iter, "iter"),
    **_all(PythonIteration._py_next, "next anext"),
    **_all(PythonIteration._py_chain, "itertools.chain itertools.chain.from_iterable"),
    **_all(PythonIteration._py_reduce, "functools.reduce"),
    **_all(Copies.either, "min max"),
    **_all(Copies.first, "aiter asyncio.run asyncio.wait_for asyncio.shield asyncio.create_task asyncio.ensure_future"),
    **_all(Copies.first, "contextlib.closing contextlib.nullcontext contextlib.suppress contextlib.aclosing"),
    **_all(Copies.shallow, "copy.copy"),
    **_all(Copies.deep, "copy.deepcopy"),
    **_all(PythonFunctions._py_getattr, "getattr"),
    **_all(PythonFunctions._py_setattr, "setattr object.__setattr__"),
    **_all(PythonFunctions._py_vars, "dataclasses.asdict"),
    **_all(PythonFunctions._py_attributes, "vars"),
    **_all(PythonFunctions._py_namespace, "types.SimpleNamespace"),
    **_all(Heaps._py_heap, "heapq.heapify heapq.heappush heapq.heappop heapq.heapreplace heapq.heappushpop"),
    **_all(Heaps._py_heap, "heapq.heappush_max heapq.heappop_max heapq.heapify_max"),
    **_all(Heaps._py_insort, "bisect.insort bisect.insort_left bisect.insort_right"),
    **_all(Heaps._py_extremes, "heapq.nsmallest heapq.nlargest"),
    **_all(Heaps._py_merged, "heapq.merge"),
    **_all(PythonFunctions._py_print, "print"),
    **_all(PythonIteration._py_sum, "sum"),
    **_all(PythonFunctions._py_replace, "dataclasses.replace copy.replace attr.evolve attrs.evolve"),
    **_all(PythonFunctions._py_field, "dataclasses.field attr.ib attr.field attrs.field pydantic.Field"),
    **_all(PythonFunctions._py_partial, "functools.partial"),
    **_all(PythonFunctions._py_called, "asyncio.to_thread asgiref.sync.sync_to_async anyio.to_thread.run_sync"),
    **_all(PythonFunctions._py_gather, "asyncio.gather"),
    **_all(PythonFunctions._py_second, "typing.cast typing_extensions.cast"),
    **_all(PythonFunctions._py_role, "staticmethod classmethod property"),
    **_all(PythonFunctions._py_new_type, "typing.NewType typing_extensions.NewType"),
    **_all(PythonFunctions._py_nothing, "delattr"),
}
