"""Python's `string.Template`, texts in memory and queues: what is put in at one place and comes out at another."""

from __future__ import annotations

import string

from fusion.dataflow.solver.builtin.copies import Copies
from fusion.dataflow.solver.calling.arguments import things
from fusion.dataflow.solver.domain.state import STREAMED, Thing
from fusion.dataflow.solver.domain.values import UNKNOWN, Object, Value, constant, join_all
from fusion.dataflow.solver.methods.queues import LEAST, LIFO
from fusion.dataflow.solver.methods.receivers import Use, single

_TEMPLATE = "string.Template()"


class StringTemplates(Copies):
    """Making them, filling templates, writing and reading."""

    def _buffer(self, use: Use) -> Value | None:
        """`StringIO()`: a text that `write` adds to; None where it is made of something that is not ours."""
        given = use.argument(0, "initial_value") or constant("")
        const = single(given)
        if not isinstance(const, str | bytes):
            return None
        return self.make(use.state, Thing("library", None, {STREAMED: constant(const or "")}, path=f"{use.name}()"))

    def _buffer_written(self, use: Use) -> Value | None:
        """`buffer.write(text)`, `buffer.writelines(texts)`."""
        refs = use.arguments.receiver.refs
        for ref in refs:
            thing = use.state.heap.get(ref.id) if isinstance(ref, Object) else None
            if not isinstance(ref, Object) or thing is None or STREAMED not in thing.fields:
                return None
            given = [piece for value in use.arguments.positional for piece in (value, UNKNOWN)][:-1]  # `print` writes several
            if use.name.endswith("writelines"):
                given = [self.any_element(use.argument(0) or UNKNOWN, use)]
            before = thing.fields[STREAMED]
            made = self.concatenate([before, *given], use.state, use.node)
            kept = made if len(refs) == 1 else join_all([before, made])
            use.state.heap[ref.id] = thing.but(fields={**thing.fields, STREAMED: kept})
        return UNKNOWN if refs else None

    def _buffer_read(self, use: Use) -> Value | None:
        """`buffer.getvalue()`, `buffer.read()`: what was written, and perhaps more, as it may have been handed to others."""
        held = [thing.fields.get(STREAMED) for thing in things(use.arguments.receiver, use.state)]
        found = [value for value in held if value is not None]
        if not found or len(found) < len(held) or use.arguments.receiver.taints:
            return None
        return join_all([*found, UNKNOWN])

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
        order = {LIFO} if "Lifo" in use.name else {LEAST} if "Priority" in use.name else set()
        return self.make(use.state, Thing("list", (), flags=frozenset(order)))
