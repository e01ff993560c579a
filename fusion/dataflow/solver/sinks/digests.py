"""What becomes of a digest, by what is written around it: a name in a cache needs no hash that withstands collisions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from fusion.dataflow import ir
from fusion.dataflow.ir.walks import below

HANDSHAKE = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What both sides of a web socket put behind the key: the protocol prescribes SHA-1, and nothing is kept secret by it."""

_NAMES = re.compile(
    r"e_?tag|cache|memo(?!r)|checksum|fingerprint|shard|bucket|partition|dedup|avatar|colou?r|thumb", re.IGNORECASE
)
_SECRETS = re.compile(
    r"passw|pwd|secret|token|credential|private|signature|session|salt|licen[cs]e|csrf|cert|nonce", re.IGNORECASE
)
_PASSING = frozenset(
    {
        *(
            "hexdigest",
            "digest",
            "hex",
            "toString",
            "decode",
            "encode",
            "update",
            "upper",
            "lower",
            "toUpperCase",
            "toLowerCase",
        ),
        *("replace", "replaceAll", "rstrip", "strip", "trim", "copy", "format", "concat"),
        *("b64encode", "urlsafe_b64encode", "b32encode", "hexlify", "from_bytes", "str", "int", "String", "Number", "BigInt"),
        *("parseInt", "from", "unpack", "unpack_from", "abs", "round", "floor"),
    }
)
_NUMBER = re.compile(r"read(Big)?U?Int\w*")
_CUTS = frozenset({"slice", "substring", "substr"})
_SHORT = 16
"""Who keeps no more characters of a digest does not count on it to be one of a kind."""
_MOST = 40
"""Steps from one use to the next."""

_ON = "on"
"""What the value stands in decides it."""

Body = Sequence[ir.Statement]


def no_security(call: ir.Node, body: Body, name: str, module: Body) -> bool:
    """Whether the digest that a call makes visibly ends in something that is not security: all that becomes of it does.

    It is cut to a few characters, taken modulo a number, the key of a table, or kept, sent or returned under a name that says
    so (`etag`, `cache_key`, `checksum`); unless what is hashed is called a secret. `body` is that of the function `name`.
    """
    uses = _Uses(body, name, module)
    hashed = call.arguments if isinstance(call, ir.Call) else ()
    return call in uses.above and not any(_secret(one) for one in hashed) and uses.follow(call) is True


def constants(body: Body) -> Iterator[ir.Expression]:
    """The texts in a function's body, and the names in capitals, which denote constants."""
    for node in _above(body):
        match node:
            case ir.Name(id=word) | ir.Attr(name=word) if word.isupper():
                yield node
            case ir.Const(value=str() | bytes()):
                yield node


class _Uses:
    def __init__(self, body: Body, name: str, module: Body) -> None:
        self.body, self.name, self.module = body, name, module
        self.above = _above(body)
        self.left = _MOST
        self.followed: set[str] = set()

    def follow(self, node: ir.Node) -> bool | None:
        """Whether all that becomes of a value needs no security; None where nothing becomes of it."""
        while self.left > 0:
            self.left -= 1
            above = self.above.get(node)
            if above is None:
                return False
            verdict = self._step(node, above)
            if not isinstance(verdict, str):
                return verdict
            node = above
        return False

    def _step(self, node: ir.Node, above: ir.Node) -> bool | str | None:
        match above:
            case ir.Argument():
                return True if _NAMES.search(above.name) else _ON
            case ir.Call():
                return self._call(node, above)
            case ir.Attr() | ir.Await() | ir.Choice() | ir.Logic() | ir.Spread():
                return _ON
            case ir.Slice(low=low, high=high):
                return True if _span(low, high) <= _SHORT else _ON
            case ir.Index(key=key):
                return key is node or isinstance(key, ir.Const)
            case ir.Binary(operator="%", left=left) if left is node:
                return True
            case ir.Binary() | ir.Join():
                return True if _named(above) else _ON
            case ir.Table(items=items):
                return all(key is node or _named(key) for key, value in items if node in (key, value))
            case ir.Comprehension(key=key) if key is node:
                return True
            case ir.Compare(operator="in" | "not in", right=right):
                return right is not node and _named(right)
            case ir.Assign(target=target) | ir.Assigned(target=target):
                return self._kept(target)
            case ir.Evaluate():
                return None
            case ir.Return():
                return self._returned()
        return False

    def _call(self, node: ir.Node, call: ir.Call) -> bool | str | None:
        name = _last(call.function)
        if call.function is node:
            if name == "update":
                if any(_secret(argument) for argument in call.arguments):
                    return False
                return None if isinstance(self.above.get(call), ir.Evaluate) else _ON
            if name in _CUTS:
                bounds = [argument.value for argument in call.arguments]
                low, high = (*bounds, None, None)[:2]
                length = _number(high, 1 << 30) if name == "substr" else _span(low, high)
                return True if length <= _SHORT else _ON
            if any(_secret(argument) for argument in call.arguments):
                return False
            return _ON if name in _PASSING or _NUMBER.fullmatch(name) else False
        if name in _PASSING:
            return _ON
        before = [argument.value for argument in call.arguments[:1] if argument is not node]
        return any(_named(one) for one in (call.function, *before))

    def _kept(self, target: ir.Expression) -> bool | None:
        if _named(target):
            return True
        if isinstance(target, ir.Index) and not isinstance(target.key, ir.Const):
            return False
        if not isinstance(target, ir.Name) or target.id in self.followed or _SECRETS.search(target.id):
            return False
        self.followed.add(target.id)
        stores = (ir.Assign, ir.Assigned)
        uses = [
            self.follow(node)
            for node, above in list(self.above.items())
            if isinstance(node, ir.Name) and node.id == target.id and not (isinstance(above, stores) and above.target is node)
        ]
        return _all(uses)

    def _returned(self) -> bool | None:
        """By the function's name, or by what its module does with what it returns."""
        if not self.name or _NAMES.search(self.name):
            return bool(self.name)
        if self.body is self.module:
            return False
        outer = _Uses(self.module, "", self.module)
        calls = [node for node in outer.above if isinstance(node, ir.Call) and _last(node.function) == self.name]
        return _all([False if _secret(call) else outer.follow(call) for call in calls])


def _all(verdicts: Iterable[bool | None]) -> bool | None:
    found = [verdict for verdict in verdicts if verdict is not None]
    return all(found) if found else None


class _Same:
    """A body by its identity: comparing trees would cost more than walking them."""

    __slots__ = ("body",)

    def __init__(self, body: Body) -> None:
        self.body = body

    def __hash__(self) -> int:
        return id(self.body)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.body is other.body


def _above(body: Body) -> Mapping[ir.Node, ir.Node]:
    """What each node stands in."""
    return _parents(_Same(body))


@lru_cache(maxsize=8)
def _parents(same: _Same) -> Mapping[ir.Node, ir.Node]:
    found: dict[ir.Node, ir.Node] = {}
    waiting: list[ir.Node] = list(same.body)
    while waiting:
        node = waiting.pop()
        for part in below(node):
            found[part] = node
            waiting.append(part)
    return found


def _words(node: ir.Node | None) -> Iterator[str]:
    waiting = [node] if node is not None else []
    while waiting:
        one = waiting.pop()
        match one:
            case ir.Name(id=word) | ir.Attr(name=word) | ir.Argument(name=word):
                yield word
            case ir.Const(value=str() as word):
                yield word
        if not isinstance(one, ir.Function | ir.Class):
            waiting.extend(below(one))


def _secret(node: ir.Node | None) -> bool:
    return any(_SECRETS.search(word) for word in _words(node))


def _named(node: ir.Node | None) -> bool:
    """Whether a name, a literal or a text's literal parts say that it is for something else than security."""
    match node:
        case ir.Name(id=word) | ir.Const(value=str() as word):
            return _NAMES.search(word) is not None
        case ir.Attr(object=inner, name=word):
            return _NAMES.search(word) is not None or _named(inner)
        case ir.Index(object=inner, key=key):
            return _named(key) or _named(inner)
        case ir.Join(parts=parts):
            return any(isinstance(part, ir.Const) and _named(part) for part in parts)
        case ir.Binary(operator="+", left=left, right=right):
            return any(isinstance(part, ir.Const) and _named(part) for part in (left, right))
    return False


def _last(function: ir.Expression) -> str:
    match function:
        case ir.Attr(name=name) | ir.Name(id=name):
            return name
    return ""


def _number(node: ir.Expression | None, missing: int) -> int:
    return node.value if isinstance(node, ir.Const) and isinstance(node.value, int) else missing


def _span(low: ir.Expression | None, high: ir.Expression | None) -> int:
    """How many characters a slice keeps at most."""
    first, last = _number(low, 0), _number(high, 1 << 30)
    if low is not None and not isinstance(low, ir.Const):
        return 1 << 30
    if isinstance(low, ir.Unary) and high is None and isinstance(low.operand, ir.Const):
        return _number(low.operand, 1 << 30)
    return last - first if last >= 0 else 1 << 30
