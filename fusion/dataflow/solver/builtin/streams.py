"""Streams of node: what is read from one, piped through others, and handed to those who listen."""

from __future__ import annotations

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import Arguments, things
from fusion.dataflow.solver.domain.state import STREAMED, Scope, State, Thing
from fusion.dataflow.solver.domain.taints import merge
from fusion.dataflow.solver.domain.values import (
    NONE,
    NOTHING,
    UNKNOWN,
    Closure,
    Library,
    Object,
    Reference,
    Value,
    join,
    join_all,
    reference,
)
from fusion.dataflow.solver.memory.hooks import Hooks

_KINDS = ("Transform", "Duplex", "PassThrough", "Readable", "Writable")
_HOMES = ("stream", "stream.default", "readable-stream")
_MADE = frozenset(f"{home}.{kind}" for home in _HOMES for kind in _KINDS)
_STREAMS = frozenset(f"{path}()" for path in _MADE)
_PIPELINES = frozenset({"pipeline", "promises.pipeline"})
_OPTIONS = ("transform", "flush", "write", "read", "final")
_LISTENING = ("stream", "listening")
_ROUNDS = 2
"""What a transformation leaves behind in its object may be used when it is called again."""


class Streams(Hooks):
    """Pieces of a stream are one value: any of them."""

    def streamed(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """A call that makes, joins or reads streams; None for other calls."""
        if path in _MADE:
            return self._made_stream(path, arguments, state)
        holder, _, method = path.rpartition(".")
        if method == "pipe" and arguments.positional and "?" not in holder:
            return self._flow(arguments.receiver, arguments.positional[0], state, node)
        if method == "pipeline" and path.partition(".")[0] in ("stream", "stream/promises"):
            return self._pipeline(arguments, state, node, promised="promises" in path)
        if path == "readline.createInterface" or path == "readline/promises.createInterface":
            return self._lines(arguments, state, node)
        if method == "from" and holder.removesuffix("()") in _MADE and arguments.positional:
            pieces = self.elements(arguments.positional[0], state, node)[1]
            return reference(Object(state.allocate(Thing("instance", None, {STREAMED: pieces}, path=f"{holder}()"))))
        if holder in _STREAMS:
            return self._used(method, arguments, state, node)
        return None

    def _made_stream(self, path: str, arguments: Arguments, state: State) -> Value:
        """`new Transform({transform(piece, encoding, done) {...}})`: as a class with these methods."""
        made = reference(Object(place := state.allocate(Thing("instance", path=f"{path}()"))))
        fields: dict[object, Value] = {}
        for options in arguments.positional[:1]:
            for name in _OPTIONS:
                for thing in things(options, state):
                    bound = [
                        reference(ref if ref.function.arrow else Closure(ref.function, ref.scope, made, ref.owner))
                        for ref in thing.fields.get(name, NOTHING).refs
                        if isinstance(ref, Closure)
                    ]
                    if bound:
                        fields[f"_{name}"] = join_all(bound)
        state.heap[place] = state.heap[place].but(fields=fields)
        return made

    def _used(self, method: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        given = arguments.positional
        for ref in arguments.receiver.refs:
            thing = state.heap.get(ref.id) if isinstance(ref, Object) else None
            if thing is None or not isinstance(ref, Object) or not given:
                continue
            if method == "push":
                self._emit(ref, given[0], state, node)
                return UNKNOWN
            if method in ("write", "end") and (given[0].taints or given[0].refs):
                self._through(reference(ref), ref, given[0], state, node)
                return UNKNOWN
            if method in ("on", "once", "addListener") and len(given) > 1 and given[0].consts == ("data",):
                known = thing.fields.get(_LISTENING, NOTHING)
                state.heap[ref.id] = thing.but(fields={**thing.fields, _LISTENING: join(known, given[1])})
                if (out := thing.fields.get(STREAMED)) is not None:
                    self.call(given[1], Arguments([out]), state, node)
                return arguments.receiver
        return None

    def _emit(self, ref: Object, piece: Value, state: State, node: ir.Node) -> None:
        """A stream gives a piece to those who read it."""
        thing: Thing = state.heap[ref.id]
        if piece.consts == (None,) and not piece.refs and not piece.taints:
            return
        out = join(thing.fields.get(STREAMED, NOTHING), piece)
        state.heap[ref.id] = thing.but(fields={**thing.fields, STREAMED: out})
        listening = thing.fields.get(_LISTENING)
        if listening is not None:
            self.call(listening, Arguments([piece]), state, node)

    def _pieces(self, source: Value, state: State, node: ir.Node) -> Value:
        """Any piece that a stream gives."""
        found = NOTHING
        for ref in source.refs:
            thing = _stream(ref, state)
            if thing is None or not isinstance(ref, Object):
                found = join(found, self.elements(reference(ref), state, node)[1])
                continue
            if STREAMED not in thing.fields:
                read = self.load_attribute(reference(ref), "_read", state, node)
                if any(isinstance(one, Closure) for one in read.refs):
                    self.call(read, Arguments(), state, node, "_read")
            found = join(found, state.heap[ref.id].fields.get(STREAMED, NOTHING))
        if source.taints:
            found = join(found, Value(None, (), source.taints))
        return UNKNOWN if found is NOTHING else found

    def _flow(self, source: Value, target: Value, state: State, node: ir.Node) -> Value | None:
        """`source.pipe(target)`: the target, with what it gives."""
        pieces = self._pieces(source, state, node)
        if not pieces.taints and not pieces.refs:
            return None
        result = NOTHING
        for ref in target.refs:
            if isinstance(ref, Closure):
                made = self.call(reference(ref), Arguments([self._listed(pieces, state)]), state, node)
                result = join(result, self._listed(self.elements(made, state, node)[1], state))
            elif isinstance(ref, Object) and _stream(ref, state) is not None:
                self._through(reference(ref), ref, pieces, state, node)
                result = join(result, reference(ref))
            else:
                taints = self.moved(pieces.taints, node, "passed on by `pipe`")
                result = join(result, Value(None, (ref,), merge(target.taints, taints)))
        return result if result is not NOTHING else Value(None, (), merge(target.taints, pieces.taints))

    def _through(self, stream: Value, ref: Object, pieces: Value, state: State, node: ir.Node) -> None:
        """A stream is handed pieces: its own methods say what becomes of them."""
        handled = False
        span = node.span
        body = ir.Call(span, ir.Attr(span, ir.Name(span, "stream"), "push"), [ir.Argument(span, ir.Name(span, "piece"))])
        names = [ir.Parameter(span, "error"), ir.Parameter(span, "piece")]
        function = ir.Function(span, "", names, [ir.Evaluate(span, body)], arrow=True, locals=frozenset({"error", "piece"}))
        scope = Scope(None, next(self.frames), self.frame.scope, self.frame.scope.module or self.path, {"stream": stream})
        done = reference(Closure(function, scope))
        for name, given in (("_transform", [pieces, UNKNOWN, done]), ("_write", [pieces, UNKNOWN, done]), ("_flush", [done])):
            method = self.load_attribute(stream, name, state, node)
            if not any(isinstance(one, Closure) for one in method.refs):
                continue
            handled = True
            for _ in range(_ROUNDS if name != "_flush" else 1):
                self.call(method, Arguments(given), state, node, name)
        if not handled:
            self._emit(ref, pieces, state, node)

    def _pipeline(self, arguments: Arguments, state: State, node: ir.Node, *, promised: bool) -> Value:
        """`pipeline(source, through, ..., target, done)`."""
        steps = list(arguments.positional)
        last = steps[-1] if steps else UNKNOWN
        done: Value | None = None
        if not promised and any(isinstance(ref, Closure) and not ref.function.generator for ref in last.refs):
            done = steps.pop()
        current = steps[0] if steps else UNKNOWN
        if any(isinstance(ref, Closure) for ref in current.refs):
            made = self.call(current, Arguments(), state, node)
            current = self._listed(self.elements(made, state, node)[1], state)
        for step in steps[1:]:
            flowed = self._flow(current, step, state, node)
            current = step if flowed is None else flowed
        if done is not None:
            self.call(done, Arguments([NONE]), state, node)
        return current

    def _lines(self, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """`readline.createInterface({input})`: its lines are the input's."""
        for options in arguments.positional[:1]:
            for thing in things(options, state):
                pieces = self._pieces(thing.fields.get("input", UNKNOWN), state, node)
                if pieces.taints:
                    moved = self.moved(pieces.taints, node, "read line by line")
                    return Value(None, (Library("readline.Interface"),), moved)
        return None

    def _listed(self, pieces: Value, state: State) -> Value:
        return reference(Object(state.allocate(Thing("instance", None, {STREAMED: pieces}))))


def _stream(ref: Reference, state: State) -> Thing | None:
    """The stream that a value refers to; None for those of which only a library knows what they give."""
    thing: Thing | None = state.heap.get(ref.id) if isinstance(ref, Object) else None
    if thing is None or STREAMED in thing.fields or thing.path in _STREAMS:
        return thing
    return thing if thing.klass is not None and thing.klass.library in _STREAMS else None
