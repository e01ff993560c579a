"""Sources that nobody wrote: real ones with parts exchanged, and programs put together from odd parts."""

from __future__ import annotations

import ast
import copy
import random
import re
from collections.abc import Sequence
from pathlib import Path

_TOKEN = re.compile(r"\w+|\"[^\"\n]*\"|'[^'\n]*'|`[^`]*`|\s+|[^\w\s]")
_NAME = re.compile(r"[A-Za-z_$][\w$]*$")
_ODD_NAMES = {
    "python": ("str", "list", "dict", "open", "super", "self", "type", "__init__", "len", "os", "print", "isinstance", "re"),
    "javascript": ("this", "Object", "Array", "require", "exports", "module", "constructor", "__proto__", "Promise"),
}
_AROUND = {
    "python": ("def {name}({given}, *more):\n{inner}", "class {name}:\n{inner}", "if {given}:\n{inner}"),
    "javascript": ("function {name}({given}) {{\n{inner}\n}}", "{{\n{inner}\n}}", "if ({given}) {{\n{inner}\n}}"),
}
_PARTS = Path(__file__).parents[1] / "samples" / "dataflow" / "odd"
"""Templates with the names a, b, c and d, parted by empty lines."""


def odd(seed: int, language: str, blocks: int = 12) -> str:
    """A program of odd parts about a few names, some of which mean something to the language."""
    chance = random.Random(seed)
    names = [*_ODD_NAMES[language], "main", "alpha", "beta", "gamma", "delta"]
    names = chance.sample([name for name in names if name not in ("this", "arguments", "super")], 6)
    parts = (_PARTS / f"{language}.txt").read_text().split("\n\n")
    text = []
    for _ in range(chance.randint(1, blocks)):
        a, b, c, d = (chance.choice(names) for _ in range(4))
        block = chance.choice(parts).format(a=a, b=b, c=c, d=d)
        for _ in range(chance.randint(0, 3) if chance.random() < 0.4 else 0):
            indented = "\n".join(f"    {line}" for line in block.splitlines())
            around = chance.choice(names)
            block = chance.choice(_AROUND[language]).format(name=around, given=b, inner=indented)
        text.append(block)
    return "\n".join(text) + "\n"


def mutated(text: str, seed: int, language: str, other: str = "") -> str:
    """A source with some parts deleted, doubled, exchanged or renamed, or replaced by parts of another."""
    chance = random.Random(seed)
    if language == "python" and chance.random() < 0.6:
        grafted = _grafted(text, other or text, chance)
        if grafted is not None:
            return grafted
    for _ in range(chance.randint(1, 6)):
        text = chance.choice((_lines, _tokens, _renamed))(text, chance, language)
    return text


def _lines(text: str, chance: random.Random, language: str) -> str:
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    a, b = sorted(chance.randrange(len(lines)) for _ in range(2))
    match chance.randrange(4):
        case 0:
            del lines[a : a + chance.randint(1, 3)]
        case 1:
            lines[b:b] = lines[a : a + chance.randint(1, 5)]
        case 2:
            lines[a], lines[b] = lines[b], lines[a]
        case _:
            lines[a] = lines[a][: len(lines[a]) - len(lines[a].lstrip())] + lines[b].lstrip()
    return "".join(lines)


def _tokens(text: str, chance: random.Random, language: str) -> str:
    tokens = _TOKEN.findall(text)
    if not tokens:
        return text
    a, b = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    match chance.randrange(4):
        case 0:
            del tokens[a]
        case 1:
            tokens.insert(b, tokens[a])
        case 2:
            tokens[a], tokens[b] = tokens[b], tokens[a]
        case _:
            tokens[a] = tokens[b]
    return "".join(tokens)


def _renamed(text: str, chance: random.Random, language: str) -> str:
    tokens = _TOKEN.findall(text)
    names: Sequence[str] = sorted({token for token in tokens if _NAME.match(token)})
    if not names:
        return text
    old, new = chance.choice(names), chance.choice([*names, *_ODD_NAMES[language]])
    return "".join(new if token == old else token for token in tokens)


def _grafted(text: str, other: str, chance: random.Random) -> str | None:
    """Expressions and statements of one program in the place of another's."""
    try:
        tree, donor = ast.parse(text), ast.parse(other)
        givers = [node for node in ast.walk(donor) if isinstance(node, ast.expr | ast.stmt)]
        for _ in range(chance.randint(1, 8)):
            holders = [node for node in ast.walk(tree) if isinstance(node, ast.expr | ast.stmt)]
            holder, giver = chance.choice(holders), copy.deepcopy(chance.choice(givers))
            for name, field in ast.iter_fields(holder):
                if isinstance(field, ast.expr) and isinstance(giver, ast.expr):
                    setattr(holder, name, giver)
                    break
                if isinstance(field, list) and field and type(field[0]).__base__ is type(giver).__base__:
                    field[chance.randrange(len(field))] = giver
                    break
        return ast.unparse(ast.fix_missing_locations(tree))
    except (SyntaxError, ValueError, TypeError, AttributeError, RecursionError, IndexError):
        return None
