"""Where data hurts: sinks, weak settings, flags and mends, and what is reported of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from fusion.changes.roles import is_test
from fusion.dataflow import ir
from fusion.dataflow.contexts.harmless import ADDRESSES, harmless
from fusion.dataflow.contexts.limits import ANY, HOLE, WIDE, Limits
from fusion.dataflow.knowledge.conditions import PARAMETERS
from fusion.dataflow.knowledge.schema import Flag, Kind, Setting, Sink
from fusion.dataflow.results import Cleared, Flow, Place
from fusion.dataflow.solver.calling.arguments import Arguments, applies, doubted, flatten, named, things, undecided
from fusion.dataflow.solver.calling.lookups import is_answer
from fusion.dataflow.solver.domain.state import GUESSED, State
from fusion.dataflow.solver.domain.taints import PICKED, Taint, Trail, known
from fusion.dataflow.solver.domain.values import NOTHING, UNKNOWN, Library, Object, Reference, Value, tainted
from fusion.dataflow.solver.machine import Machine
from fusion.dataflow.solver.sinks.digests import HANDSHAKE, constants, no_security
from fusion.dataflow.solver.tables import Known, Rule
from fusion.model import Confidence, Severity

_LOWER = {
    Confidence.CERTAIN: Confidence.LIKELY,
    Confidence.LIKELY: Confidence.POSSIBLE,
    Confidence.POSSIBLE: Confidence.POSSIBLE,
}


_NO_BACKSLASH = Limits(absent=frozenset("\\"))
_ASCII = Limits(absent=frozenset({WIDE}))
"""In JavaScript, characters beyond these name nothing that the program did not name itself."""
_NEXT = frozenset({"input", "readline", "readuntil", "readexactly", "recv", "recvfrom", "receive", "get_message"})
"""Functions that give something else every time."""


class Sinks(Machine):
    """Checks at calls, stores, returns and names."""

    def check_sink(
        self,
        rule: Rule[Sink],
        values: Iterable[Value],
        state: State,
        node: ir.Node,
        *,
        callee: str,
        guessed: bool = False,
    ) -> None:
        """Report hostile data in the values, or that what is there cannot hurt."""
        sink = rule.entry
        given = list(values)
        found = flatten(given, state)
        reason = ""
        for taint in found.taints:
            mask, limits = known(taint, state.facts)
            if sink.kind is Kind.SQL_INJECTION and not self.backslashes:
                limits = limits.both(_NO_BACKSLASH)
            elif sink.kind is Kind.CODE_INJECTION and self.script:
                limits = limits.both(_ASCII)
            if not taint.mask & rule.mask:
                reason = reason or "the value is escaped or converted for this place"
            elif not mask & rule.mask:
                reason = reason or "the value is checked before"
            elif why := harmless(sink.kind, taint.lead, limits):
                reason = reason or why
            elif sink.kind is Kind.TRUST_BOUNDARY and not taint.sure:
                reason = "what the call gives back is not known to be what it was given"
            else:
                confidence = Confidence.CERTAIN if sink.certain else Confidence.LIKELY
                if guessed or not taint.sure:
                    confidence = _LOWER[confidence]
                if not taint.sure and is_answer(taint, self.data):
                    confidence = Confidence.POSSIBLE
                if taint.lead == "" and limits.start == HOLE and sink.kind in ADDRESSES:
                    confidence = Confidence.POSSIBLE  # an address of ours, unless its name can be continued
                flow = self.flow(sink.kind, taint, node, sink.note, confidence, sink.cwe, sink.severity, callee, sink.fix)
                if sink.mended:
                    # Unless something mends it: what is returned is not known yet, so any response on the way counts.
                    key = (sink.kind, self.path, node.span.line)
                    state.pending = {**state.pending, (key, id(rule)): (rule, (), flow)}
                else:
                    self.report(flow)
        if not found.taints and given and all(value.consts for value in given if value is not NOTHING):
            reason = "the value is constant"
        if reason:
            self.clear(sink.kind, node, reason)
        elif any(value is not NOTHING for value in given):
            self.doubt(sink.kind, node)

    def flow(
        self,
        kind: Kind,
        taint: Taint,
        node: ir.Node,
        why: str,
        confidence: Confidence,
        cwe: int | None,
        severity: Severity | None,
        callee: str,
        fix: str,
    ) -> Flow:
        """What is to be reported of hostile data that reaches a sink."""
        weakness = self.kinds.table[kind]
        steps = [Place(step.path, step.span, step.why) for step in taint.trail.steps()]
        steps.append(Place(self.path, node.span, why))
        return Flow(
            kind,
            _tidy(steps),
            severity or weakness.severity,
            confidence,
            cwe or weakness.cwe,
            callee,
            fix,
        )

    def report(self, flow: Flow) -> None:
        """Keep a flow: the shortest of those with the same sink and kind."""
        key = (flow.kind, flow.sink.path, flow.sink.span.line)
        before = self.flows.get(key)
        if before is None or _rank(flow) < _rank(before):
            self.flows[key] = flow

    def clear(self, kind: Kind, node: ir.Node, reason: str) -> None:
        """Keep that a sink was reached with data that cannot hurt."""
        key = (kind, self.path, node.span.line)
        if key not in self.doubtful:
            self.cleared.setdefault(key, Cleared(kind, self.path, node.span, reason))

    def doubt(self, kind: Kind, node: ir.Node) -> None:
        """Keep that a sink was reached with data of which nothing is known, on this way or another: it is not cleared."""
        key = (kind, self.path, node.span.line)
        self.doubtful.add(key)
        self.cleared.pop(key, None)

    # ---------------------------------------------------------------- calls

    def check_call(self, what: Known, path: str, arguments: Arguments, state: State, node: ir.Node, *, guessed: bool) -> None:
        """Sinks, settings, flags and mends at a call."""
        hurting = [sink for sink in what.sinks if applies(sink, arguments, state)]
        for sink in hurting:
            for selector in sink.args:
                values = arguments.at(selector, state)
                if PARAMETERS in selector.parts:
                    values = [self.call(value, Arguments([UNKNOWN]), state, node) for value in values if value.refs]
                elif not named(selector, arguments, state):
                    # That a call passes its data on is assumed, and so is the key: two guesses are no finding.
                    values = [tainted(sure) if (sure := _sure(value)) else UNKNOWN for value in values]
                self.check_sink(sink, values, state, node, callee=path, guessed=guessed)
        for kind in {sink.entry.kind for sink in what.sinks} - {sink.entry.kind for sink in hurting}:
            if any(undecided(sink, arguments, state) for sink in what.sinks if sink.entry.kind is kind):
                self.doubt(kind, node)
            else:
                self.clear(kind, node, "the call is one that does no harm")
        for mended, mend in what.mends:
            if applies(mend, arguments, state):
                self.mend(mended, arguments.receiver, state, anywhere=mend.entry.anywhere)
        for setting in what.settings:
            if applies(setting, arguments, state):
                if doubted(setting, arguments, state):
                    self.doubt(setting.entry.kind, node)
                else:
                    self.weaken(setting, arguments.receiver, state, node, path)
            elif undecided(setting, arguments, state):
                self.doubt(setting.entry.kind, node)
            else:
                self.clear(setting.entry.kind, node, "the setting is a good one")
        for flag in what.flags:
            if applies(flag, arguments, state):
                for value in self._flagged(flag, arguments, state, node):
                    self.flag(value, flag.entry.flag, state, on=flag.entry.value)

    def _flagged(self, rule: Rule[Flag], arguments: Arguments, state: State, node: ir.Node) -> list[Value]:
        """What a flag is for: the receiver, a member of it, an argument."""
        selector = rule.to[0]
        if selector.base != "receiver":
            return arguments.at(selector, state)
        value = arguments.receiver
        for part in selector.parts:
            value = self.load_attribute(value, str(part), state, node)
        return [value]

    def flag(self, value: Value, flag: str, state: State, *, on: bool) -> None:
        """Set or clear a flag on what the value may be."""
        for ref in value.refs:
            if isinstance(ref, Object) and (thing := state.heap.get(ref.id)) is not None:
                flags = thing.flags | {flag} if on else thing.flags - {flag}
                state.heap[ref.id] = thing.but(flags=flags)

    # ---------------------------------------------------------------- stores

    def check_store(self, path: str, key: Value | None, value: Value, target: Value, state: State, node: ir.Node) -> None:
        """Sinks, settings, flags and mends at an assignment to a library's attribute or element."""
        what = self.tables.stores.get(path) or self.tables.stores.get(self.tables.denotes(path))
        if what is None:
            return
        arguments = Arguments([value], receiver=target)
        if key is not None:
            arguments.keywords["key"] = key
        for sink in what.sinks:
            if applies(sink, arguments, state):
                guessed = any(GUESSED in thing.flags for thing in things(target, state))
                if "value" in sink.entry.store:
                    self.check_sink(sink, [value], state, node, callee=path, guessed=guessed)
                if "key" in sink.entry.store and key is not None:
                    self.check_sink(sink, [key], state, node, callee=path)
        for mended, mend in what.mends:
            if applies(mend, arguments, state):
                self.mend(mended, target, state, anywhere=mend.entry.anywhere)
        for setting in what.settings:
            if applies(setting, arguments, state):
                self.weaken(setting, target, state, node, path)
        for flag in what.flags:
            if applies(flag, arguments, state):
                self.flag(target, flag.entry.flag, state, on=flag.entry.value)

    # ---------------------------------------------------------------- weak settings

    def weaken(self, rule: Rule[Setting], subject: Value, state: State, node: ir.Node, callee: str) -> None:
        """A weak setting: reported at once, or when nothing mends it before the end."""
        span = node.span
        setting = rule.entry
        place = Place(self.path, span, setting.note)
        weakness = self.kinds.table[setting.kind]
        confidence = Confidence.CERTAIN if setting.certain else Confidence.LIKELY
        if setting.kind is Kind.WEAK_HASH:
            body, module = self._bodies()
            if self._handshake(body, state):
                self.clear(setting.kind, node, "the protocol of web sockets prescribes this digest")
                return
            function = self.frame.function
            if no_security(node, body, function.name if function is not None else "", module):
                confidence = Confidence.POSSIBLE
        severity, cwe = setting.severity or weakness.severity, setting.cwe or weakness.cwe
        flow = Flow(setting.kind, (place,), severity, confidence, cwe, callee, setting.fix)
        key = (setting.kind, self.path, span.line)
        self.roots.setdefault(key, set()).add(self.root)
        if not setting.mended:
            self.flows.setdefault(key, flow)
            return
        state.pending = {**state.pending, (key, id(rule)): (rule, subject.refs, flow)}

    def _bodies(self) -> tuple[Sequence[ir.Statement], Sequence[ir.Statement]]:
        """The bodies of the function and of the module that are run."""
        module = self.project.module(self.path)
        whole = module.body if module is not None else ()
        return self.frame.function.body if self.frame.function is not None else whole, whole

    def _handshake(self, body: Sequence[ir.Statement], state: State) -> bool:
        """Whether a digest is made in a function that names what every web socket's handshake is hashed with."""
        texts = [text for node in constants(body) for text in self.evaluate(node, state).consts or ()]
        return HANDSHAKE in texts or HANDSHAKE.encode() in texts

    def mend(self, rule: Rule[Setting] | Rule[Sink], subject: Value, state: State, *, anywhere: bool) -> None:
        """Forget the settings of this rule on this value (or, `anywhere`, all in the module)."""
        if anywhere:
            self.mended.add((self.path, id(rule)))
            return
        kept = {}
        for key, entry in state.pending.items():
            other, refs, _ = cast("tuple[Rule[Setting] | Rule[Sink], tuple[Reference, ...], Flow]", entry)
            if other is rule and _related(refs, subject.refs, state):
                continue
            kept[key] = entry
        state.pending = kept

    def settle(self, state: State) -> None:
        """The function ends: what is still weak stays so."""
        for key, entry in state.pending.items():
            rule, _, flow = cast("tuple[Rule[Setting] | Rule[Sink], tuple[Reference, ...], Flow]", entry)
            self.weak[key] = (id(rule), flow)

    def settle_all(self) -> None:
        """Everything was run: report what nothing mended."""
        for rule, flow in self.weak.values():
            if (flow.sink.path, rule) not in self.mended:
                self.flows.setdefault((flow.kind, flow.sink.path, flow.sink.span.line), flow)
        for found, roots in self.roots.items():
            # A function that is called from elsewhere is judged by what it is given there, not by what it might be given.
            if roots <= self.within - self.open:
                self.flows.pop(found, None)

    # ---------------------------------------------------------------- sources

    def taint_from(
        self, what: Known, path: str, state: State, node: ir.Node, arguments: Arguments | None = None
    ) -> tuple[Taint, ...]:
        """The data that reading a source gives."""
        found = []
        for rule in what.sources:
            if rule.to[0].base != "result" or (arguments is not None and not applies(rule, arguments, state)):
                continue
            if not rule.mask:
                continue
            key = path
            if arguments is not None:
                key += repr([value.consts for value in arguments.all()])
                if not self.script and path.rpartition(".")[2] in _NEXT:
                    key += f" {id(node)}"
            datum = self.data.part(0, key)
            trail = Trail(None, self.path, node.span, rule.entry.note)
            origin = rule.entry.origin.value
            form = PICKED if rule.entry.picks else ""
            limits = Limits(start=rule.entry.start) if rule.entry.start else ANY
            lead = rule.entry.lead
            self.noisy.add(self.root)
            found.append(Taint((self.path, node.span), rule.mask, datum, datum, trail, limits, lead, origin=origin, form=form))
        return tuple(found)


def _sure(value: Value) -> tuple[Taint, ...]:
    return tuple(taint for taint in value.taints if taint.sure)


def _tidy(steps: list[Place]) -> tuple[Place, ...]:
    """One step per line, the first and the last as they are."""
    kept: list[Place] = []
    for place, step in enumerate(steps):
        last = place == len(steps) - 1
        if kept and not last and kept[-1].path == step.path and kept[-1].span.line == step.span.line:
            continue
        if last and len(kept) > 1 and kept[-1].path == step.path and kept[-1].span.line == step.span.line:
            kept.pop()
        kept.append(step)
    return tuple(kept)


def _rank(flow: Flow) -> tuple[bool, int, int]:
    # What a test hands in says least: a flow that the program makes by itself is not to be lost behind it.
    order = [Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE]
    return is_test(flow.trace[0].path), order.index(flow.confidence), len(flow.trace)


def _related(a: tuple[Reference, ...], b: tuple[Reference, ...], state: State) -> bool:
    """Whether two values may be the same thing, or one a part of the other."""
    if not a or not b:
        return True
    if any(ref in b for ref in a):
        return True
    names = [ref.path.partition("[")[0] for ref in a if isinstance(ref, Library)]
    names += [thing.path.partition("[")[0] for ref in a if isinstance(ref, Object) and (thing := state.heap.get(ref.id))]
    others = [ref.path.partition("[")[0] for ref in b if isinstance(ref, Library)]
    return any(name in others for name in names if name)
