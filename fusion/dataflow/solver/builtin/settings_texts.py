"""Python's `configparser`: settings that a constant text or dictionary gives, by section and option."""

from __future__ import annotations

import configparser

from fusion.dataflow.solver.builtin.copies import Copies
from fusion.dataflow.solver.builtin.settings_values import converted
from fusion.dataflow.solver.calling.arguments import things
from fusion.dataflow.solver.domain.state import Thing
from fusion.dataflow.solver.domain.values import NONE, NOTHING, UNKNOWN, Object, Value, constant, join
from fusion.dataflow.solver.methods.receivers import Use

_MOST_OPTIONS = 200


class SettingsTexts(Copies):
    """Filling a parser."""

    def _settings_text(self, use: Use) -> Value | None:
        """`parser.read_string(text)`: a constant text is read as the library reads it."""
        text = use.constant(0, "string")
        parser = configparser.RawConfigParser(strict=False)
        if not isinstance(text, str):
            return None
        try:
            parser.read_string(text)
        except configparser.Error:
            return None
        sections = {name: dict(parser.items(name)) for name in parser.sections()}
        if sum(map(len, sections.values())) > _MOST_OPTIONS:
            return None
        made: dict[object, Value] = {}
        for name, options in sections.items():
            fields: dict[object, Value] = {option: constant(value) for option, value in options.items()}
            made[name] = self.make(use.state, Thing("dict", None, fields))
        return self._settings_kept(made, NOTHING, use)

    def _settings_table(self, use: Use) -> Value | None:
        """`parser.read_dict(table)`."""
        table = use.argument(0, "dictionary")
        thing = use.state.heap.get(table.refs[0].id) if table and table.refs and isinstance(table.refs[0], Object) else None
        return None if thing is None else self._settings_kept(dict(thing.fields), thing.rest, use)

    def _settings_option(self, use: Use) -> Value:
        """`parser.getboolean(section, option)` and its like."""
        key = (use.constant(0, "section"), use.constant(1, "option"))
        found = NOTHING
        for thing in things(use.arguments.receiver, use.state):
            value = option_of(thing, key, use.state.heap)
            value = use.arguments.keywords.get("fallback") if value is None else converted(value, use.name)
            found = join(found, UNKNOWN if value is None else value)
        return UNKNOWN if found is NOTHING else found

    def _settings_kept(self, sections: dict[object, Value], rest: Value, use: Use) -> Value:
        for ref in use.arguments.receiver.refs:
            thing = use.state.heap.get(ref.id) if isinstance(ref, Object) else None
            if isinstance(ref, Object) and thing is not None:
                kept = thing.but(fields={**thing.fields, **sections}, rest=join(thing.rest, rest))
                use.state.heap[ref.id] = kept
        return NONE


def option_of(thing: Thing, key: tuple[object, ...], objects: dict[int, Thing]) -> Value | None:
    """What stands under the option of a section that was given as a whole."""
    if len(key) != 2 or key[0] not in thing.fields:
        return None
    for ref in thing.fields[key[0]].refs:
        section = objects.get(ref.id) if isinstance(ref, Object) else None
        if section is not None and key[1] in section.fields:
            return section.fields[key[1]]
    return None
