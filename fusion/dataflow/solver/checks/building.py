"""Text and paths built from parts: what stands before each piece of hostile data, and that checks of the piece still hold."""

from __future__ import annotations

from collections.abc import Sequence

from fusion.dataflow import ir
from fusion.dataflow.contexts.addresses import host_is_fixed
from fusion.dataflow.contexts.limits import ANY, HOLE, LOST
from fusion.dataflow.solver.calling.arguments import flatten
from fusion.dataflow.solver.domain import texts
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.taints import Taint, built, merge
from fusion.dataflow.solver.domain.values import UNKNOWN, Object, Value
from fusion.dataflow.solver.forms.overloads import TEXT, Overloads

_HEAD = 200
_TAIL = 300
_FIELD_MARKS = frozenset("?&")


class Building(Overloads):
    """Concatenation and path joining."""

    def concatenate(self, parts: Sequence[Value], state: State, node: ir.Node) -> Value:
        """Text built from parts."""
        if len(parts) == 1 and not parts[0].refs and parts[0].consts is None:
            return parts[0]
        if any(isinstance(ref, Object) for part in parts for ref in part.refs):
            shown = [self.overloaded(part, TEXT, (), state, node) if part.refs else None for part in parts]
            parts = [part if own is None else own for part, own in zip(parts, shown, strict=True)]
        if all(part.consts and not part.refs and not part.taints for part in parts):
            text = texts.script_text if self.script else str
            consts = texts.combine([part.consts for part in parts], lambda *values: "".join(map(text, values)))
            if consts is not None:
                return Value(consts)
        taints: tuple[Taint, ...] = ()
        lead = shape = ""
        textual = isinstance(node, ir.Join | ir.Call) or any(_textual(part) for part in parts)
        for part in parts:
            inner = flatten((part,), state) if part.refs else part
            if inner.taints:
                taints = merge(taints, tuple(self._piece(taint, lead, node, taints) for taint in inner.taints))
                lead += HOLE
                shape += part.shape or HOLE
            elif part.consts and len(part.consts) == 1 and not part.refs:
                lead += str(part.consts[0])
                shape += str(part.consts[0])
            elif lead and part.consts and not part.refs and _FIELD_MARKS.issuperset(part.consts):
                lead += "&"  # either begins a query or goes on with it
                shape += HOLE
            else:
                lead += part.shape or HOLE
                shape += part.shape or HOLE
            lead, shape = shorten(lead), shorten(shape)
        if not taints:
            return UNKNOWN if shape.strip(HOLE) == "" else Value(shape=shape)
        return Value(None, (), self.moved(built(taints) if textual else taints, node, "built into a text"), shape=shape)

    def _piece(self, taint: Taint, lead: str, node: ir.Node, others: Sequence[Taint]) -> Taint:
        if taint.lead is not None:
            before: str | None = shorten(lead + taint.lead)
        else:
            before = lead[:_HEAD] + LOST if host_is_fixed(lead, ANY) else None  # an address of ours, whatever follows
        whole = taint.whole if not lead else self.data.part(taint.datum, id(node))
        if before is not None and any(other.whole == whole and other.lead != before for other in others):
            whole = self.data.part(taint.datum, (id(node), len(others)))  # the same once more: each place is judged by itself
        return taint._replace(whole=whole, lead=before, canonical=taint.canonical and not lead, aspect=None)


def _textual(part: Value) -> bool:
    """Whether what is added to it becomes text."""
    if any(isinstance(const, str | bytes) for const in part.consts or ()):
        return True
    return any(taint.form for taint in part.taints)


def shorten(lead: str) -> str:
    """A lead that stays small: the beginning (schemes, hosts) and the end (quotes) matter."""
    if len(lead) <= _HEAD + _TAIL:
        return lead
    return lead[:_HEAD] + HOLE + lead[-_TAIL:]
