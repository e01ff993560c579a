"""Methods of text, in Python and JavaScript: what they make of constants, of hostile text, and what they show about it."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Hashable
from typing import Any

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import ANY, Limits
from fusion.dataflow.contexts.quoting import closing
from fusion.dataflow.patterns.checks import replaces, substitutes
from fusion.dataflow.solver.calling.arguments import things
from fusion.dataflow.solver.domain import text_folds, texts
from fusion.dataflow.solver.domain.taints import Taint, built, merge
from fusion.dataflow.solver.domain.values import MAX_TEXT, NOTHING, UNKNOWN, Value, constant, join_all, picked, tainted
from fusion.dataflow.solver.methods.checks import PYTHON_CHECKS, SCRIPT_CHECKS
from fusion.dataflow.solver.methods.joins import JoinMethods
from fusion.dataflow.solver.methods.receivers import Use, decoded, is_plain, part_limits, single

_LETTERS_AND_DIGITS = frozenset(string.ascii_letters + string.digits)
_ENCODINGS: dict[object, Limits] = {
    "base64": Limits(_LETTERS_AND_DIGITS | frozenset("+/=")),
    "base64url": Limits(_LETTERS_AND_DIGITS | frozenset("-_")),
    "hex": Limits(frozenset("0123456789abcdef")),
}
_STEP = re.compile(r"\.([^.\[]*)|\[([^\]]*)\]")
"""What follows the name of a field in a `str.format` template: `.attribute` or `[key]`."""
_CUTS = frozenset({"slice", "substring", "substr", "subarray"})
_NUMERIC = frozenset("bcdeEfFgGnoxX%")


class TextMethods(JoinMethods):
    """One method per kind of text method."""

    def text_method(self, use: Use) -> Value | None:
        """The result of a text method; None where text has none of that name."""
        handler = (_SCRIPT if self.script else _PYTHON).get(use.name)
        if handler is None:
            return None
        folded = self._text_fold(use)
        return handler(self, use) if folded is None else folded

    def _text_fold(self, use: Use) -> Value | None:
        value, given = use.value, use.arguments
        if value.taints or not value.consts or given.keywords or given.rest is not None or given.more is not None:
            return None
        if any(arg.taints or arg.refs or not arg.consts for arg in given.positional):
            return None
        function = (text_folds.SCRIPT if self.script else text_folds.PYTHON).get(use.name) or texts.method(use.name)
        if function is None:
            return None
        consts = texts.combine([value.consts, *(arg.consts for arg in given.positional)], function)
        return None if consts is None else Value(consts)

    # ---------------------------------------------------------------- the same text, parts of it

    def _text_keep(self, use: Use) -> Value:
        return tainted(use.value.taints) if use.value.taints else UNKNOWN

    def _text_to_text(self, use: Use) -> Value:
        value = use.value
        limits = _ENCODINGS.get(use.constant(0))
        if limits is not None and value.taints:
            return tainted(
                taint._replace(limits=limits, lead="")
                for taint in self.derive(value.taints, ("encoded", limits.allowed), use.state)
            )
        return tainted(built(use.value.taints)) if use.value.taints else UNKNOWN

    def _text_number(self, use: Use) -> Value:
        return self.number([use.value, *use.arguments.all()], use.state, use.node)

    def _text_part(self, use: Use) -> Value:
        """A part that the arguments choose; a random place makes it random."""
        if use.name in _CUTS and use.arguments.rest is None and use.number(0, 0) == 0 and len(use.arguments.positional) < 2:
            return self._text_keep(use)
        chosen = self.number(use.arguments.all(), use.state, use.node)
        what = (use.name, *self._text_key(use))
        if use.number(0, 0) == 0 and use.name in _CUTS:
            found = self.derive(use.value.taints, what, use.state, _shortened)
        else:
            found = self.beheaded(use.value.taints, self.part(use.value.taints, what, use.state), use.state)
        return tainted(merge(found, picked(chosen).taints)) if found or chosen.taints else UNKNOWN

    def _text_without(self, use: Use) -> Value:
        """`removeprefix`, `removesuffix`: it may begin with anything now."""
        if use.name == "removesuffix":
            return self._text_keep(use)
        found = self.part(use.value.taints, (use.name, *self._text_key(use)), use.state)
        return tainted(found) if found else UNKNOWN

    def _text_without_start(self, use: Use) -> Value:
        """`lstrip` with characters: it begins with none of them."""
        characters = use.constant(0, "chars")
        if not isinstance(characters, str) or not use.value.taints:
            return self._text_keep(use)
        shown = Limits(absent=frozenset(f"^{character}" for character in characters))
        what = (use.name, *self._text_key(use))
        return tainted(self.derive(use.value.taints, what, use.state, lambda limits: part_limits(limits).both(shown)))

    def _text_key(self, use: Use) -> tuple[Hashable, ...]:
        """What tells this use of a method from others on the same text."""
        consts = tuple(value.consts for value in use.arguments.all())
        return consts if all(consts) else (id(use.node),)

    def _text_split(self, use: Use) -> Value:
        """`split`, `rsplit`: no piece holds the separator, unless the number of cuts is limited."""
        value, separator = use.value, use.constant(0, "sep")
        most = use.argument(1, "maxsplit")
        count = single(most)
        limited = most is not None and not (type(count) is int and count < 0) and not self.script
        lacks = Limits(absent=frozenset({separator})) if isinstance(separator, str) and separator else ANY
        if value.consts and not value.taints:
            exact = self._text_split_constant(value, separator, count if limited else None, use)
            if exact is not None:
                return exact
        if not value.taints:
            return self.series(use.state, None, UNKNOWN)
        what = (use.name, *self._text_key(use))
        if limited and count == 1:
            whole = tainted(self.part(value.taints, (*what, "rest"), use.state))
            cut = tainted(self.part(value.taints, (*what, "cut"), use.state, lacks))
            return self.series(use.state, [whole, cut] if use.name == "rsplit" else [cut, whole])
        pieces = tainted(self.part(value.taints, what, use.state, ANY if limited else lacks))
        return self.series(use.state, None, pieces)

    def _text_split_constant(self, value: Value, separator: ir.Constant, count: ir.Constant, use: Use) -> Value | None:
        text = single(value)
        if not isinstance(text, str) or not (isinstance(separator, str) or (separator is None and not self.script)):
            return None
        if use.argument(0, "sep") is not None and not isinstance(separator, str):
            return None
        if self.script and not separator:
            pieces = list(text) if separator == "" else [text]
        elif not separator and separator is not None:
            return None
        else:
            cut = text.rsplit if use.name == "rsplit" else text.split
            pieces = cut(separator, count if type(count) is int else -1)
        return self.series(use.state, [constant(piece) for piece in pieces])

    def _text_lines(self, use: Use) -> Value:
        taints = self.part(use.value.taints, use.name, use.state, Limits(absent=frozenset("\n\r")))
        return self.series(use.state, None, tainted(taints))

    def _text_partition(self, use: Use) -> Value:
        value, separator = use.value, use.constant(0, "sep")
        what = (use.name, *self._text_key(use))
        if not value.taints:
            return self.series(use.state, [UNKNOWN, UNKNOWN, UNKNOWN], kind="tuple")
        lacks = Limits(absent=frozenset({separator})) if isinstance(separator, str) and separator else ANY
        cut = tainted(self.part(value.taints, (*what, "cut"), use.state, lacks))
        whole = tainted(self.part(value.taints, (*what, "rest"), use.state))
        middle = constant(separator) if isinstance(separator, str) else UNKNOWN
        items = [whole, middle, cut] if use.name == "rpartition" else [cut, middle, whole]
        return self.series(use.state, items, kind="tuple")

    # ---------------------------------------------------------------- text built with it

    def _text_format(self, use: Use) -> Value:
        value, given = use.value, use.arguments
        templates = [const for const in value.consts or () if isinstance(const, str)]
        if value.taints or not templates:
            spread: list[Value] = [tainted(value.taints) if value.taints else UNKNOWN]
            for argument in given.all():
                spread += [argument, UNKNOWN]
            return self.concatenate(spread, use.state, use.node)
        return join_all(self._text_filled(template, use) for template in templates)

    def _text_filled(self, template: str, use: Use) -> Value:
        pieces = texts.braces(template)
        if pieces is None:
            return self.concatenate([UNKNOWN, *use.arguments.all()], use.state, use.node)
        parts: list[Value] = []
        for piece in pieces:
            if isinstance(piece, str):
                parts += [constant(piece)] if piece else []
                continue
            part = self._text_field_of(piece[0], use)
            if piece[1]:
                consts = texts.combine([part.consts], texts.shaped(piece[1])) if is_plain(part) else None
                if consts is not None:
                    part = Value(consts)
                elif piece[1][-1] in _NUMERIC and len(piece[1]) < 16:
                    part = self.number([part], use.state, use.node)
            parts.append(part)
        return self.concatenate(parts, use.state, use.node) if parts else constant("")

    def _text_field_of(self, field: str, use: Use) -> Value:
        value = self._text_named(_STEP.split(field, maxsplit=1)[0], use)
        for member, key in _STEP.findall(field):
            if member:
                value = self.load_attribute(value, member, use.state, use.node)
            else:
                place = constant(int(key) if key.isdecimal() else key)
                value = self.load_index(value, place, use.state, use.node)
        return value

    def _text_named(self, field: str, use: Use) -> Value:
        given = use.arguments
        if use.name == "format_map":
            table = use.argument(0)
            return UNKNOWN if table is None else self.load_index(table, constant(field), use.state, use.node)
        if field.isdecimal():
            return use.argument(int(field)) or UNKNOWN
        found = given.keywords.get(field)
        return (given.more or UNKNOWN) if found is None else found

    def _text_concat(self, use: Use) -> Value:
        return self.concatenate([use.value, *use.arguments.all()], use.state, use.node)

    def _text_pad(self, use: Use) -> Value:
        filler = use.argument(1)
        front = use.name in ("padStart", "rjust", "center", "zfill")
        if filler is not None and filler.taints:
            return self.concatenate([filler, use.value] if front else [use.value, filler], use.state, use.node)
        found = self.derive(use.value.taints, (use.name, *self._text_key(use)), use.state, lambda limits: part_limits(limits))
        text = single(filler)
        added = text if isinstance(text, str) else "0" if use.name == "zfill" else " "
        found = tuple(taint._replace(limits=taint.limits.rewritten(added)) for taint in found)
        return tainted(found) if found else UNKNOWN

    def _text_repeat(self, use: Use) -> Value:
        found = self.derive(use.value.taints, (use.name, *self._text_key(use)), use.state, lambda limits: limits.rewritten(""))
        return tainted(found) if found else UNKNOWN

    def _text_translate(self, use: Use) -> Value:
        """Every character in the table becomes what stands there."""
        table, taints = use.argument(0), use.value.taints
        if table is None or not taints:
            return UNKNOWN
        tables = list(things(table, use.state))
        known = bool(tables) and all(thing.rest is NOTHING for thing in tables)
        if not known:
            return tainted(self.derive(taints, (use.name, *self._text_key(use)), use.state, lambda _: ANY))
        pairs = [(_character(key), single(value)) for thing in tables for key, value in thing.fields.items()]
        added = "".join(_character(value) for _, value in pairs)
        gone = frozenset(key for key, _ in pairs if key and key not in added)
        return tainted(self.rewrite(use, added, Limits(absent=gone)))

    # ---------------------------------------------------------------- replacement

    def _text_replace(self, use: Use) -> Value:
        old, new = use.argument(0, "old"), use.argument(1, "new")
        if old is None or new is None:
            return self._text_keep(use)
        if text_folds.lacks(use.value, single(old)):
            return use.value
        if self.script and (old.refs or new.refs):
            return self.replace_pattern(use, old, new)
        all_ = use.name == "replaceAll" if self.script else use.argument(2, "count") is None
        if new.taints or new.refs:
            return self._text_insert(use, old, new, all_=all_)
        if not use.value.taints:
            return UNKNOWN
        before, after = decoded(single(old)), decoded(single(new))
        if not isinstance(before, str) or not isinstance(after, str):
            found = self.derive(use.value.taints, (use.name, *self._text_key(use)), use.state, lambda _: ANY)
            return tainted(found)
        shown = _removed(before, after, all_=all_, script=self.script)
        if all_:
            shown = shown.both(Limits(closed=closing(before, after)))
        made = self.rewrite(use, after, shown, lambda lead: lead.replace(before, after, -1 if all_ else 1), before)
        return tainted(self.beheaded(use.value.taints, made, use.state) if "//" in before else made)

    def rewrite(
        self, use: Use, added: str, shown: Limits, lead: Callable[[str], str] | None = None, taken: str = ""
    ) -> tuple[Taint, ...]:
        """The receiver's data after replacements that put in `added` for `taken` and after which `shown` is known."""
        what = (use.name, *self._text_key(use))
        found = self.derive(
            use.value.taints,
            what,
            use.state,
            lambda limits: limits.rewritten(added).both(limits.kept(taken, added)).both(shown),
        )
        if lead is None:
            return found
        return tuple(taint._replace(lead=lead(taint.lead)) if taint.lead else taint for taint in found)

    def _text_insert(self, use: Use, old: Value, new: Value, *, all_: bool) -> Value:
        """Hostile text is put in the place of something: a template is filled."""
        text, mark = single(use.value), single(old)
        if isinstance(text, str) and isinstance(mark, str) and mark and len(text) <= MAX_TEXT:
            parts: list[Value] = []
            for place, piece in enumerate(text.split(mark, 64 if all_ else 1)):
                parts += [new] if place else []
                parts += [constant(piece)] if piece else []
            return self.concatenate(parts, use.state, use.node)
        before = tainted(use.value.taints) if use.value.taints else UNKNOWN
        return self.concatenate([before, new, UNKNOWN], use.state, use.node)


def _shortened(limits: Limits) -> Limits:
    """What holds of the beginning of a text."""
    return Limits(limits.allowed, limits.absent, limits.start) if limits.closed or limits.literal else limits


def _character(value: object) -> str:
    """What a key or value of a translation table stands for."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 0x110000:
        return chr(value)
    return value if isinstance(value, str) else ""


def _removed(old: str, new: str, *, all_: bool, script: bool) -> Limits:
    """What is known after every (or the first) `old` became `new`."""
    if not old:
        return ANY
    if script and "$" in new:
        escaped = "".join(f"\\{char}" if char in "^$\\.*+?()[]{}|/" else char for char in old)
        return substitutes(escaped, "", new, "javascript", all_)
    shown = replaces(old, new, all=all_)
    if all_ and new and not set(new) & set(old):
        # What was put in keeps the parts apart, so no new occurrence can come about.
        shown = shown.both(Limits(absent=frozenset({old})))
    return shown


_Handler = Callable[[Any, Use], Value]


def _all(handler: _Handler, names: str) -> dict[str, _Handler]:
    return dict.fromkeys(names.split(), handler)


_PYTHON: dict[str, _Handler] = {
    **PYTHON_CHECKS,
    **_all(
        TextMethods._text_keep,
        "strip rstrip lower upper title capitalize casefold swapcase encode decode expandtabs tobytes __str__ hex",
    ),
    **_all(TextMethods._text_without, "removeprefix removesuffix"),
    **_all(TextMethods._text_split, "split rsplit"),
    **_all(TextMethods._text_lines, "splitlines"),
    **_all(TextMethods._text_without_start, "lstrip"),
    **_all(TextMethods._text_partition, "partition rpartition"),
    **_all(JoinMethods.text_join, "join"),
    **_all(TextMethods._text_format, "format format_map"),
    **_all(TextMethods._text_pad, "center ljust rjust zfill"),
    **_all(TextMethods._text_translate, "translate"),
    **_all(TextMethods._text_replace, "replace"),
    **_all(TextMethods._text_number, "istitle __len__ bit_length is_integer"),
}
_SCRIPT: dict[str, _Handler] = {
    **SCRIPT_CHECKS,
    **_all(
        TextMethods._text_keep,
        "trim trimStart trimEnd trimLeft trimRight toLowerCase toUpperCase toLocaleLowerCase toLocaleUpperCase normalize "
        "toLocaleString valueOf toWellFormed",
    ),
    **_all(TextMethods._text_to_text, "toString"),
    **_all(TextMethods._text_part, "slice substring substr charAt at subarray"),
    **_all(TextMethods._text_split, "split"),
    **_all(TextMethods._text_concat, "concat"),
    **_all(TextMethods._text_pad, "padStart padEnd"),
    **_all(TextMethods._text_repeat, "repeat"),
    **_all(TextMethods._text_replace, "replace replaceAll"),
    **_all(TextMethods._text_number, "localeCompare charCodeAt codePointAt toFixed toPrecision toExponential isWellFormed"),
}
