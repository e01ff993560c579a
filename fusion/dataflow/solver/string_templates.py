"""Python's `string.Template`, and queues: texts and values that are put in at one place and come out at another."""

from __future__ import annotations

import string

from fusion.dataflow.solver.arguments import things
from fusion.dataflow.solver.copies import Copies
from fusion.dataflow.solver.methods_lists import LIFO
from fusion.dataflow.solver.receivers import Use, single
from fusion.dataflow.solver.state import Thing
from fusion.dataflow.solver.values import UNKNOWN, Value, constant, join_all

_TEMPLATE = "string.Template()"


class StringTemplates(Copies):
    """Making them, and filling templates."""

    def _template(self, use: Use) -> Value:
        """`Template(text)`."""
        text = use.argument(0, "template") or UNKNOWN
        return self.make(use.state, Thing("library", None, {"template": text}, path=_TEMPLATE))

    def _template_filled(self, use: Use) -> Value | None:
        """`template.substitute(mapping, **values)`; None where the template is not known."""
        found = [single(thing.fields.get("template")) for thing in things(use.arguments.receiver, use.state)]
        texts = [text for text in found if isinstance(text, str)]
        if not texts or len(texts) < len(found):
            return None
        return join_all(self._template_parts(text, use) for text in texts)

    def _template_parts(self, text: str, use: Use) -> Value:
        given, table = use.arguments, use.argument(0)
        parts: list[Value] = []
        end = 0
        for hole in string.Template.pattern.finditer(text):
            parts.append(constant(text[end : hole.start()]))
            end = hole.end()
            name = hole["named"] or hole["braced"]
            value = given.keywords.get(name) if name else constant("$" if hole["escaped"] else hole[0])
            if value is None and table is not None:
                value = self.load_index(table, constant(name), use.state, use.node)
            parts.append(value or given.more or UNKNOWN)
        parts.append(constant(text[end:]))
        return self.concatenate([part for part in parts if part.consts != ("",)], use.state, use.node)

    def _queue(self, use: Use) -> Value:
        """A queue: a list that `put` and `get` use at its ends."""
        last = "Lifo" in use.name
        return self.make(use.state, Thing("list", (), flags=frozenset({LIFO}) if last else frozenset()))
