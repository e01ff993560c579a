"""Paths of files: how they are joined, and which checks of one keep it in a folder."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence

from fusion.dataflow import ir
from fusion.dataflow.contexts.limits import ANY, HOLE, Limits
from fusion.dataflow.knowledge.schema import Kind
from fusion.dataflow.solver.calling.arguments import Arguments, flatten, paths
from fusion.dataflow.solver.checks.building import Building, shorten
from fusion.dataflow.solver.domain.state import State, Thing
from fusion.dataflow.solver.domain.taints import Facts, Taint, added, changed, known, merge, undecoded
from fusion.dataflow.solver.domain.values import UNKNOWN, Library, Object, Value, constant, reference, tainted

FOLDER = "folder"
"""The path of a text that is the path of a folder of ours, without a separator at its end."""
RESOLVED = "pathlib.Resolved"
NORMAL = "normal form"
"""What a text is of the path that it is the normal form of."""
_RELATIVE = "way from a folder"
_SEPARATORS = ("/", "\\")
_UP = frozenset({"..", "../", "..\\", "/.."})
_AHEAD = frozenset({"..", "../"})
"""How a normal form begins that leads up."""
_NO_UP = Limits(absent=frozenset({".."}))
_NO_ROOT = Limits(absent=frozenset({"^/"}))


class Places(Building):
    """Joins and checks of paths."""

    # ---------------------------------------------------------------- joining

    def join_segments(self, parts: Sequence[Value], state: State, node: ir.Node, *, resets: bool) -> Value:
        """Parts with a separator between. `resets`: a part that begins with a separator drops those before it."""
        texts = [_text(part) for part in parts]
        if all(text is not None for text in texts) and parts:
            whole = [text or "" for text in texts]
            return constant(posixpath.join(*whole) if resets else "/".join(text for text in whole if text))
        taints: tuple[Taint, ...] = ()
        lead = ""
        for place, (part, text) in enumerate(zip(parts, texts, strict=True)):
            inner = flatten((part,), state) if part.refs else part
            between = "/" if lead and not lead.endswith("/") else ""
            if inner.taints:
                found = (self._segment(taint, lead + between, node, place, state, resets=resets) for taint in inner.taints)
                taints = merge(taints, tuple(found))
                lead += between + HOLE
            elif text is not None:
                lead = text if resets and text.startswith("/") else lead + (between + text if text or place else "")
            else:
                lead += between + HOLE
            lead = shorten(lead)
        if taints:
            return Value(None, (), self.moved(taints, node, "joined into a path"), shape=lead)
        ended = texts[-1] if texts else None
        return reference(Library(FOLDER)) if ended and not ended.endswith(_SEPARATORS) else UNKNOWN

    def _segment(self, taint: Taint, lead: str, node: ir.Node, place: int, state: State, *, resets: bool) -> Taint:
        if not place:
            return taint
        limits = known(taint, state.facts)[1]
        before: str | None = None if taint.lead is None else shorten(lead + taint.lead)
        own = taint.lead
        if resets and own is not None and (own.startswith("/") or (not own.strip(HOLE) and not limits.begins_without("/"))):
            before = own
        whole = self.data.part(taint.datum, id(node))
        return taint._replace(whole=whole, lead=before, limits=limits, canonical=False, aspect=None)

    def join_paths(self, parts: Sequence[Value], state: State, node: ir.Node) -> Value | None:
        """`Path / part`: None where the left is no path."""
        found = [path for part in parts for path in paths(part, state)]
        if not any(path.endswith("Path") or path.startswith("pathlib.") for path in found):
            return None
        text = self.join_segments(parts, state, node, resets=True)
        refs = tuple(ref for ref in parts[0].refs if isinstance(ref, Library)) or (Library("pathlib.Path"),)
        return Value(None if text.taints else (), refs, text.taints)

    def normal_form(self, values: Sequence[Value], *, resolves: bool) -> Value | None:
        """The normal form of a path of ours."""
        texts = [_text(value) for value in values]
        if texts and all(texts):
            whole = posixpath.join(*(text or "" for text in texts))
            if whole.startswith("/") or not resolves:
                ending = "/" if whole.endswith("/") and not resolves else ""
                return constant(posixpath.normpath(whole) + ending)
        last = texts[-1] if texts else None
        return None if last and last.endswith(_SEPARATORS) and not resolves else reference(Library(FOLDER))

    # ---------------------------------------------------------------- checks

    def unclosed(self, prefix: Value, state: State) -> bool:
        """Whether a prefix is known to end within a name, so that `/srv/files-old` begins with it, too."""
        for text in prefix.consts or ():
            if isinstance(text, str | bytes):
                shown = text if isinstance(text, str) else text.decode("latin-1")
                if not shown.endswith(_SEPARATORS) or not shown.strip("/\\."):
                    return True
        return any(path in (FOLDER, RESOLVED) for path in paths(prefix, state))

    def confined(self, taint: Taint) -> Facts:
        """What is known once a path is known to lie in a folder: nothing that it was made of led out."""
        inside = (self.kinds.bit(Kind.PATH_TRAVERSAL), ANY)
        facts: Facts = {taint.whole: inside, taint.datum: inside}
        place = taint.datum
        while (made := self.data.made(place)) is not None and _keeps_place(made[1]):
            place = made[0]
            facts[place] = inside
        return facts

    def confines(self, taints: Iterable[Taint]) -> Facts:
        """What is known once what a value holds is known to lie in a folder.

        Where it may be a path in its normal form or another one, that one was perhaps what was looked at: it may lead out.
        """
        facts: Facts = {}
        others: set[int] = set()
        for taint in taints:
            if taint.canonical:
                facts |= self.confined(taint)
            else:
                others |= {taint.datum, taint.whole}
        return {datum: fact for datum, fact in facts.items() if datum not in others} if others else facts

    def absent_up(self, taint: Taint, text: str) -> Facts | None:
        """What is known once `..` is known not to be among a path's parts, or not to begin the way from a folder."""
        made = self.data.made(taint.whole)
        if text not in _UP or made is None:
            return None
        what = made[1]
        if isinstance(what, tuple) and what and what[0] == _RELATIVE:
            return self.confined(taint._replace(whole=made[0], datum=made[0]))
        if _is_normal(what) and text in _AHEAD and taint.lead == "":
            return {taint.whole: (0, _NO_UP)}  # in a normal form they can only stand at the beginning
        if text == ".." and (what == ".parts" or (isinstance(what, tuple) and what and what[0] in ("split", "rsplit"))):
            return undecoded({made[0]: (0, Limits(absent=frozenset({".."})))}, self.data)
        return None

    def not_first(self, piece: Value, texts: Iterable[object]) -> Facts | None:
        """What is known once the first piece of a normal form (`path.split("/")[0]`) is known not to be `..`."""
        facts: Facts = {}
        for taint in piece.taints if ".." in texts else ():
            at = self.data.made(taint.whole)
            cut = self.data.made(at[0]) if at is not None and at[1] == ("at", 0) else None
            if cut is None or not isinstance(cut[1], tuple) or cut[1][0] != "split" or taint.lead != "":
                continue
            made = self.data.made(cut[0])
            if made is not None and _is_normal(made[1]):
                facts[cut[0]] = (0, _NO_UP)
        return facts or None

    def normalized(self, taint: Taint) -> Taint:
        """The normal form: below the root of all, nothing leads up any more."""
        if taint.lead is None or not taint.lead.startswith("/") or taint.lead.strip(f"/{HOLE}"):
            return taint
        limits = taint.limits
        allowed = None if limits.allowed is None else limits.allowed | {"/"}
        absent = frozenset(text for text in limits.absent if text[0] != "^" and text != "/")
        return taint._replace(lead="", limits=Limits(allowed, absent | _NO_UP.absent, "/"))

    def path_call(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> Value | None:
        """Functions of `os.path`, `pathlib` and `path`; None for others."""
        holder, _, name = path.rpartition(".")
        given = arguments.positional
        match name:
            case "join" if holder == "os.path" and arguments.rest is None:
                return self.join_segments(given, state, node, resets=True)
            case "joinpath" if holder.startswith("pathlib.") and arguments.rest is None:
                return self.join_paths([arguments.receiver, *given], state, node)
            case "commonpath" | "commonprefix":
                return self._common_part(name, arguments, state)
            case "relpath" | "relative" if len(given) > 1:
                target, base = given[:2] if name == "relpath" else (given[1], given[0])
                return self._way(target, base, state, node)
            case "isabs" | "isAbsolute" | "is_absolute":
                held = flatten(given[:1] or [arguments.receiver], state).taints
                false: Facts | None = None
                for taint in held:
                    false = added(false, {taint.whole: (0, _NO_ROOT)})
                return Value(None, (), (), None, false)
            case "dirname" if given:
                return self._folder(given[0], state)
            case "splitext" | "split" if holder == "os.path":
                return self._split_off(name, given[:1], state)
            case "is_relative_to" | "relative_to":
                return self._related(name, arguments, state)
            case _:
                return None

    def _common_part(self, name: str, arguments: Arguments, state: State) -> Value | None:
        inner = flatten(list(arguments.all()), state)
        if not inner.taints or not all(taint.canonical for taint in inner.taints):
            return None
        return tainted(taint.part_of(name, self.data.part(taint.whole, name)) for taint in inner.taints)

    def _way(self, target: Value, base: Value, state: State, node: ir.Node) -> Value | None:
        inner = flatten([target], state)
        if not inner.taints or flatten([base], state).taints:
            return None
        return tainted(
            changed(taint, self.data.part(taint.whole, (_RELATIVE, id(node))), state.facts)._replace(lead="")
            for taint in inner.taints
        )

    def _split_off(self, name: str, given: Sequence[Value], state: State) -> Value | None:
        """`splitext`, `split`: the last piece is within one name."""
        inner = flatten(given, state)
        if not inner.taints:
            return None
        lacks = Limits(absent=frozenset(_SEPARATORS))
        pieces: list[Value] = []
        for place in range(2):
            found = []
            for taint in inner.taints:
                part = changed(taint, self.data.part(taint.whole, (name, place)), state.facts, keeps=True)
                if place:
                    part = part._replace(lead="", limits=Limits(part.limits.allowed, part.limits.absent).both(lacks))
                found.append(part)
            pieces.append(tainted(found))
        return reference(Object(state.allocate(Thing("tuple", tuple(pieces)))))

    def _folder(self, path: Value, state: State) -> Value | None:
        """`dirname`: the path without its last name."""
        found = []
        for taint in flatten([path], state).taints:
            made = changed(taint, self.data.part(taint.whole, "dirname"), state.facts, keeps=True)
            absent = frozenset(mark for mark in made.limits.absent if mark[0] != "=" or len(mark) == 1)
            made = made.limited(Limits(made.limits.allowed, absent))
            found.append(made._replace(aspect=("folder", taint.whole)) if taint.canonical else made)
        return tainted(found) if found else None

    def _related(self, name: str, arguments: Arguments, state: State) -> Value | None:
        if flatten(arguments.positional[:1], state).taints:
            return None
        facts = self.confines(flatten([arguments.receiver], state).taints)
        if name == "is_relative_to":
            return Value(None, (), (), facts or None, None)
        state.learn(facts)
        return None


def _text(value: Value) -> str | None:
    """The one text that a value is."""
    if value.taints or value.refs or not value.consts or len(value.consts) != 1:
        return None
    text = value.consts[0]
    return text if isinstance(text, str) else None


def _is_normal(what: object) -> bool:
    """Whether a text made so is the normal form of a path."""
    return isinstance(what, tuple) and bool(what) and what[0] == NORMAL


def _keeps_place(what: object) -> bool:
    """Whether a text made so leads where the other one leads: by joining it to a folder, or as its normal form."""
    return isinstance(what, int) or _is_normal(what)
