"""`separator.join(parts)`."""

from __future__ import annotations

import re

from fusion.dataflow.contexts.quoting import stays_quoted
from fusion.dataflow.solver.checks.components import joined_limits
from fusion.dataflow.solver.domain.beginnings import front
from fusion.dataflow.solver.domain.taints import built, merge
from fusion.dataflow.solver.domain.values import NOTHING, UNKNOWN, Object, Value, constant, tainted
from fusion.dataflow.solver.methods.checks import CheckMethods
from fusion.dataflow.solver.methods.receivers import Use, single

_NEUTRAL = re.compile(r"""(['"`]?)[ \t]*[,|]?[ \t]*\1""")
"""A separator of our own that leaves what stands around it as it is: blanks, a comma, a bar, each piece in the same quotes."""


class JoinMethods(CheckMethods):
    """Parts of a list as one text."""

    def text_join(self, use: Use) -> Value:
        """Python's `separator.join(parts)`."""
        parts = use.argument(0)
        if parts is None:
            return UNKNOWN
        return self.join_parts(parts, use.value, use)

    def join_parts(self, parts: Value, separator: Value, use: Use) -> Value:
        """The elements as one text, with a separator between."""
        exact, any_ = self.elements(parts, use.state, use.node)
        if exact is None and (drawn := self._drawn(parts, use)) is not None:
            exact, _ = self.elements(drawn, use.state, use.node)
        if exact is not None:
            between: list[Value] = []
            for place, item in enumerate(exact):
                between += [separator, item] if place else [item]
            return self.concatenate(between, use.state, use.node) if between else constant("")
        between_ = single(separator)
        text = between_ if isinstance(between_, str) else ""
        inner = self.concatenate([any_], use.state, use.node) if any_.refs else any_
        added = "" if _NEUTRAL.fullmatch(text) else text
        joined = self.derive(inner.taints, ("join", id(use.node)), use.state)
        repeated = tuple(
            one if stays_quoted(one.lead, text) else one.limited(joined_limits(one.limits, text, added)) for one in joined
        )
        taints = self.moved(built(merge(repeated, separator.taints)), use.node, "joined into a text")
        ahead = self._ahead(parts, separator, use)
        if not ahead:
            return tainted(taints) if taints else UNKNOWN
        return self.concatenate([*ahead, tainted(taints) if taints else UNKNOWN], use.state, use.node)

    def _ahead(self, parts: Value, separator: Value, use: Use) -> list[Value]:
        """What surely stands first in a list of which only the beginning is known, each with a separator behind."""
        thing = use.state.heap.get(parts.refs[0].id) if parts.refs and isinstance(parts.refs[0], Object) else None
        if thing is None or len(parts.refs) != 1 or parts.taints or separator.taints:
            return []
        return [piece for value in front(thing).values() for piece in (value, separator)]

    def _drawn(self, parts: Value, use: Use) -> Value | None:
        """What a filtered list holds in order, each of it perhaps; None where that is not known, or more was added since."""
        thing = use.state.heap.get(parts.refs[0].id) if parts.refs and isinstance(parts.refs[0], Object) else None
        if thing is None or thing.kind != "list" or len(parts.refs) != 1 or parts.taints or thing.keys is NOTHING:
            return None
        exact, _ = self.elements(thing.keys, use.state, use.node)
        known = {taint for value in exact or () for taint in value.taints}
        return thing.keys if known.issuperset(thing.rest.taints) else None
