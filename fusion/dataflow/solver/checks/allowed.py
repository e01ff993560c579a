"""What is known of hostile data that turned out to be one of ours, and of what it is a part of."""

from __future__ import annotations

from fusion.dataflow.contexts.limits import Limits
from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.taints import Facts, added
from fusion.dataflow.solver.domain.values import UNKNOWN, Value
from fusion.dataflow.solver.machine import Machine

_BEHIND_HOST = (".path", ".query", ".fragment", ".params")
"""Parts of an address that stand behind its host."""


class Allowed(Machine):
    """Allow-lists."""

    def ours(self, value: Value, other: Value = UNKNOWN, state: State | None = None) -> Facts | None:
        """What is known when the value is `other`, which is one of ours: it can hurt no more than that."""
        facts: Facts = {}
        parts = {taint.aspect[0] if taint.aspect is not None else "" for taint in value.taints}
        harmless = self.kinds.all
        for taint in other.taints:
            harmless &= ~taint.mask
        if not harmless:
            return None
        for taint in value.taints:
            for datum in {taint.whole, taint.datum}:
                facts = added(facts, {datum: (harmless, Limits())}) or {}
            if taint.canonical and harmless & self.kinds.bit(Kind.PATH_TRAVERSAL):
                facts = added(facts, self.confined(taint)) or {}
            if taint.aspect is None or len(parts) > 1:
                continue  # what was checked may be the other text, and not this part of an address
            name, whole = taint.aspect
            if name == "range":
                facts = added(facts, self.reachable(taint._replace(whole=whole, datum=whole))) or {}
            elif name in ("commonpath", "commonprefix", "folder"):
                ours = harmless & self.kinds.bit(Kind.PATH_TRAVERSAL)
                if ours and (name != "commonprefix" or state is None or not self.unclosed(other, state)):
                    facts = added(facts, self.confined(taint._replace(whole=whole, datum=whole))) or {}
            else:
                cleared = (self.cleared_by(name) & harmless, Limits())
                behind = self.data.read(whole, _BEHIND_HOST) if name == "host" else ()
                facts = added(facts, dict.fromkeys((whole, *behind), cleared)) or {}
        return facts or None

    def cleared_by(self, aspect: str) -> int:
        """The kinds that an allow-list of this part of a URL or path rules out for the whole."""
        match aspect:
            case "sender":
                return self.kinds.all
            case "host":
                return self.kinds.mask(Kind.OPEN_REDIRECT, Kind.REQUEST_FORGERY)
            case "type":
                return self.kinds.bit(Kind.CODE_INJECTION)
            case "scheme":
                return self.kinds.mask(Kind.CROSS_SITE_SCRIPTING)
            case _:
                return 0
