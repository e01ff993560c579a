"""Names that say what data is for: a predictable number becomes a secret where it is called one.

A name is looked at with what it stands in, as `function/holder/name`, in small letters: a variable `code` in the function
`resetPassword` is `reset_password//code`, `session["state"]` there is `reset_password/session/state`. A function's result
has its class as the holder (`one_time_code()/issue`), a call's argument is `save_token()`, a random key of a table
`invites[]`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from fusion.dataflow import ir
from fusion.dataflow.solver.calling.arguments import Arguments, applies, undecided
from fusion.dataflow.solver.domain.state import State
from fusion.dataflow.solver.domain.taints import BUILT
from fusion.dataflow.solver.domain.values import Value, tainted
from fusion.dataflow.solver.forms.expressions import hint_of
from fusion.dataflow.solver.sinks.reports import Sinks

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^a-z0-9]+")
_MOST_AROUND = 4
_PUTS = frozenset(
    [
        "set",
        "put",
        "setex",
        "set_ex",
        "psetex",
        "setnx",
        "setItem",
        "setdefault",
        "store",
        "save",
        "add",
        "append",
        "insert",
        "hset",
        "header",
        "set_header",
        "setHeader",
        "add_header",
        "send_header",
        "writeHeader",
        "setCookie",
        "set_cookie",
        "cookie",
        "set_signed_cookie",
        "set_secure_cookie",
        "addCookie",
        "state",
    ]
)
"""Functions that keep a value under the name that they are given first."""
_COOKIES = frozenset(["setCookie", "set_cookie", "cookie", "set_signed_cookie", "set_secure_cookie", "addCookie", "state"])


class Names(Sinks):
    """Checks of names."""

    def check_name(self, name: str, value: Value, state: State, node: ir.Node, holder: str = "", mark: str = "") -> None:
        """Sinks that a name alone makes. `holder`: what it is a member of; `mark`: what kind of name it is."""
        mask = 0
        for taint in value.taints:
            mask |= taint.mask
        if not mask & self.name_mask:
            return
        if words(name) == "cookie" and not mark and any("=" in (taint.lead or "") for taint in value.taints):
            self.check_cookie(value, state, node)
            return
        owner = f"{words(holder.removesuffix('()'))}{'()' if holder.endswith('()') else ''}"
        inner = f"[{words(name)}]" if mark == "?" else words(name) + mark
        spoken = f"{self._around()}/{owner}/{inner}"
        for pattern, rule in self.tables.name_sinks:
            if not mask & rule.mask or not pattern.search(spoken):
                continue
            hurting = tuple(taint for taint in value.taints if taint.form == BUILT or (not rule.entry.built and not taint.form))
            if hurting:
                self.check_sink(rule, [tainted(hurting)], state, node, callee=name or holder)

    def _around(self) -> str:
        """The names of the functions and the class that are being run."""
        found: list[str] = []
        scope = self.frame.scope
        for _ in range(_MOST_AROUND):
            if scope.function is not None and scope.function.name:
                found.append(words(scope.function.name))
            if scope.outer is None:
                break
            scope = scope.outer
        if self.frame.owner is not None:
            found.append(words(self.frame.owner.name))
        return ".".join(found)

    def check_key(
        self, holder: ir.Expression, key: ir.Expression, index: Value, value: Value, state: State, node: ir.Node
    ) -> None:
        """What stores into `holder[key]` say by the table's name: of a random key, and of a random value under it."""
        name = hint_of(holder)
        if index.taints:
            self.check_name(name, index, state, node, mark="[]")
        if not value.taints:
            return
        if index.consts and len(index.consts) == 1 and isinstance(index.consts[0], str) and not index.refs:
            self.check_name(index.consts[0], value, state, node, holder=name)
        else:
            self.check_name(hint_of(key), value, state, node, holder=name, mark="?")

    def check_named(self, name: object, value: Value, state: State, node: ir.Node) -> None:
        """Settings that stand under a name, or beside it."""
        if not isinstance(name, str):
            return
        given = Arguments([value])
        for rule in self.tables.named(name):
            if applies(rule, given, state):
                self.weaken(rule, value, state, node, name)
            elif undecided(rule, given, state):
                self.doubt(rule.entry.kind, node)
            else:
                self.clear(rule.entry.kind, node, "the setting is a good one")

    def check_arguments(self, path: str, arguments: Arguments, state: State, node: ir.Node) -> None:
        """What the name of a function, or the text that it is given first, says of its other arguments."""
        if len(arguments.positional) == 2 and (beside := arguments.positional[0].consts):
            self.check_named(beside[0], arguments.positional[1], state, node)
        if not any(taint.mask & self.name_mask for value in arguments.all() for taint in value.taints):
            return
        name = path.removesuffix("()").rpartition(".")[2].lstrip("?")
        for value in arguments.all():
            if value.taints:
                self.check_name(name, value, state, node, mark="()")
        if name not in _PUTS or not arguments.nodes or len(arguments.positional) < 2:
            return
        first = arguments.positional[0]
        key = first.consts[0] if first.consts and len(first.consts) == 1 else literal(arguments.nodes[0])
        holder = "cookie" if name in _COOKIES else ""
        for value in arguments.positional[1:]:
            if not value.taints or not isinstance(key, str):
                continue
            if key.lower() == "set-cookie":
                self.check_cookie(value, state, node)
            else:
                self.check_name(key, value, state, node, holder=holder)

    def check_cookie(self, value: Value, state: State, node: ir.Node) -> None:
        """A cookie as the text of a header: its name stands before the value."""
        for taint in value.taints:
            name, equals, _ = (taint.lead or "").partition("=")
            if equals:
                self.check_name(name, tainted((taint,)), state, node, holder="cookie")


def literal(node: ir.Expression) -> str:
    """What is certain of a text: its literal parts. Empty where there are none; then the last name in it."""
    parts: list[str] = []
    open_ = [node]
    while open_ and len(parts) < _MOST_AROUND:
        match open_.pop():
            case ir.Const(value=str() as text):
                parts.append(text)
            case ir.Join(parts=inner):
                open_.extend(reversed(inner))
            case ir.Binary(operator="+" | "%", left=left, right=right):
                open_.extend((right, left))
            case _:
                pass
    return "_".join(parts) or hint_of(node)


@lru_cache(maxsize=4096)
def words(name: str) -> str:
    """A name in small letters, its words apart."""
    return _OTHER.sub("_", _HUMPS.sub("_", name.partition("#")[0]).lower()).strip("_")
