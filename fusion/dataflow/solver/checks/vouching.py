"""Authentication codes: who compares the code of a text with the one that was sent with it vouches for the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import Limits
from fusion.dataflow.solver.calling.arguments import Arguments, flatten
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.taints import Facts, Taint, added, changed
from fusion.dataflow.solver.domain.values import Value
from fusion.dataflow.solver.machine import Machine

_COMPARISONS = frozenset(
    {
        *("hmac.compare_digest", "secrets.compare_digest", "operator.eq", "django.utils.crypto.constant_time_compare"),
        *("werkzeug.security.safe_str_cmp", "cryptography.hazmat.primitives.constant_time.bytes_eq"),
        *("fnmatch.fnmatch", "fnmatch.fnmatchcase"),
        *("crypto.timingSafeEqual", "tsscmp", "safe-compare", "scmp", "secure-compare"),
    }
)


@dataclass(frozen=True, slots=True)
class Code:
    """The source of an authentication code: the text that it was made of."""

    datum: int


class Vouching(Machine):
    """Codes, and functions that compare."""

    def coded(self, taints: Iterable[Taint], state: State, node: ir.Node) -> tuple[Taint, ...]:
        """An authentication code of hostile data: nobody chooses its text."""
        found = []
        for taint in taints:
            made = changed(taint, self.data.part(taint.whole, id(node)), state.facts)
            source = taint.source if isinstance(taint.source, Code) else Code(taint.datum)
            found.append(made._replace(source=source, mask=self.kinds.code, lead=None))
        return tuple(found)

    def vouched(self, taints: Iterable[Taint]) -> Facts | None:
        """What is known of the texts when their codes are equal to what was compared with them."""
        return {taint.source.datum: (self.kinds.all, Limits()) for taint in taints if isinstance(taint.source, Code)} or None

    def compared(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """A function that compares two values; None for other functions."""
        if path not in _COMPARISONS or len(arguments.positional) < 2:
            return None
        left, right = (flatten([value], state) if value.refs else value for value in arguments.positional[:2])
        nodes = [*arguments.nodes, ir.Opaque(node.span), ir.Opaque(node.span)]
        found = self.compare("==", left, right, ir.Compare(node.span, "==", nodes[0], nodes[1]), state)
        return Value(found.consts, (), (), added(found.true, self.vouched((*left.taints, *right.taints))), found.false)
