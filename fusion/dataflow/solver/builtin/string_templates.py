"""Python's `string.Template`, texts in memory and queues: what is put in at one place and comes out at another."""

from __future__ import annotations

import string

from fusion.dataflow.solver.builtin.copies import Copies, Handler
from fusion.dataflow.solver.calling.arguments import things
from fusion.dataflow.solver.domain.state import STREAMED, Thing
from fusion.dataflow.solver.domain.values import UNKNOWN, Object, Value, constant, join_all
from fusion.dataflow.solver.methods.queues import LEAST, LIFO
from fusion.dataflow.solver.methods.receivers import Use, single

_TEMPLATE = "string.Template()"
_BEGINS = ("stream", "begins")
"""The field of a text in memory with what is known to stand at its beginning."""
_PLACE = ("stream", "place")
"""The one with where it is read and cut."""


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
            begins = before if isinstance(single(before), str | bytes) else thing.fields.get(_BEGINS, UNKNOWN)
            use.state.heap[ref.id] = thing.but(fields={**thing.fields, STREAMED: kept, _BEGINS: begins})
        return UNKNOWN if refs else None

    def _buffer_read(self, use: Use) -> Value | None:
        """`buffer.getvalue()`, `buffer.read()`: what was written, and perhaps more, as it may have been handed to others."""
        held = [thing.fields.get(STREAMED) for thing in things(use.arguments.receiver, use.state)]
        found = [value for value in held if value is not None]
        if not found or len(found) < len(held) or use.arguments.receiver.taints:
            return None
        return join_all([*found, UNKNOWN])

    def _buffer_place(self, use: Use) -> Value | None:
        """`buffer.tell()`: how much was written, where that is known."""
        held = [single(thing.fields.get(STREAMED)) for thing in things(use.arguments.receiver, use.state)]
        return constant(len(text)) if len(held) == 1 and isinstance(text := held[0], str | bytes) else UNKNOWN

    def _buffer_cut(self, use: Use) -> Value | None:
        """`buffer.seek(place)`, `buffer.truncate(size)`: of what was written, only the beginning stays."""
        refs = use.arguments.receiver.refs
        thing = use.state.heap.get(refs[0].id) if len(refs) == 1 and isinstance(refs[0], Object) else None
        if thing is None or STREAMED not in thing.fields or not isinstance(refs[0], Object):
            return None
        fields = dict(thing.fields)
        if use.name.endswith("seek"):
            fields[_PLACE] = use.argument(0) or UNKNOWN if len(use.arguments.positional) == 1 else UNKNOWN
        else:
            size, ahead = single(use.argument(0, "size") or fields.get(_PLACE)), single(fields[STREAMED])
            text = ahead if isinstance(ahead, str | bytes) else single(fields.get(_BEGINS))
            if size == 0:
                fields[STREAMED] = constant(b"" if "BytesIO" in use.name else "")
            elif type(size) is int and isinstance(text, str | bytes) and 0 <= size <= len(text):
                fields[STREAMED] = constant(text[:size])
        use.state.heap[refs[0].id] = thing.but(fields=fields)
        return UNKNOWN

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


def _all(handler: Handler, names: str) -> dict[str, Handler]:
    return dict.fromkeys(names.split(), handler)


TEXT_FUNCTIONS: dict[str, Handler] = {
    **_all(StringTemplates._template, "string.Template"),
    **_all(StringTemplates._template_filled, "string.Template().substitute string.Template().safe_substitute"),
    **_all(StringTemplates._buffer, "io.StringIO io.BytesIO"),
    **_all(StringTemplates._buffer_written, "io.StringIO().write io.StringIO().writelines io.BytesIO().write"),
    **_all(StringTemplates._buffer_read, "io.StringIO().getvalue io.StringIO().read io.BytesIO().getvalue io.BytesIO().read"),
    **_all(StringTemplates._buffer_place, "io.StringIO().tell io.BytesIO().tell"),
    **_all(StringTemplates._buffer_cut, "io.StringIO().seek io.StringIO().truncate io.BytesIO().seek io.BytesIO().truncate"),
}
"""Templates and texts in memory."""
