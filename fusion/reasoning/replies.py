"""What a model replied, believed only as far as the schema of its prompt goes.

A reply is JSON (RFC 8259), at most inside one Markdown code fence, and is refused rather than repaired: text beside it, an
unknown or repeated key, NaN, a number of more digits than a double holds, half a surrogate pair, too much or too deep. The
check is our own, for the few keywords that replies use: it is bounded, and unlike a general validator it never puts text of
the reply into its message, which goes back to the model and on the receipt.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fusion.model import ChatMessage, Ending, Prompt, Response
from fusion.reasoning.fence import inert

SIZE = 200_000
"""Code points of a whole reply."""
STRING = 20_000
"""Code points of one string."""
ITEMS = 500
"""Values of one array."""
DEPTH = 12
"""Arrays and objects within each other."""
ECHO = 2_000
"""Code points of an unusable reply that the model is shown again."""

_FENCED = re.compile(r"\s*```(?:json|JSON)?[ \t]*\r?\n(.*?)\r?\n?```\s*", re.DOTALL)
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_DIGITS = 17


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a reply cannot be used: one sentence in our own words, without a word of the reply."""

    reason: str


class _Refused(Exception):
    """Reading stops here; the message is the misfit's reason."""


def read(prompt: Prompt, response: Response) -> dict[str, Any] | Misfit:
    """The value of a reply that fits `prompt.reply_schema`, or why it does not. Raises ValueError for a schema beyond ours."""
    if response.ending is not Ending.OK:
        return Misfit(f"The call ended as {response.ending.value}, without a reply.")
    try:
        value = _parsed(response.text)
        for path, problem in _problems(value, prompt.reply_schema, "$"):
            raise _Refused(f"{path} {problem}.")
    except _Refused as refused:
        return Misfit(str(refused))
    if not isinstance(value, dict):
        return Misfit("The reply is not a JSON object.")
    return value


def check(schema: Mapping[str, Any]) -> None:
    """Raises ValueError for a schema beyond ours, before anybody is asked under it."""
    if unknown := set(schema) - _KNOWN:
        raise ValueError(f"a reply's schema may not use {', '.join(sorted(unknown))}")
    for one in (
        *schema.get("anyOf", ()),
        *schema.get("properties", {}).values(),
        *([schema["items"]] if "items" in schema else []),
    ):
        check(one)


def again(prompt: Prompt, response: Response, misfit: Misfit) -> Prompt:
    """The one time that a model is asked again: the same messages, what it replied, and what is wrong with that.

    The reply is shown without control tokens and clipped; it is context, and nobody acts on it.
    """
    said = inert(response.text[: ECHO * 4])[:ECHO] or "(nothing)"
    asked = (
        f"That reply cannot be used: {misfit.reason} Reply to the first request again: one JSON object that fits the schema, "
        "without a code fence, a comment or any text beside it."
    )
    messages = (*prompt.messages, ChatMessage(role="assistant", text=said), ChatMessage(role="user", text=asked))
    return prompt.model_copy(update={"messages": messages})


def _parsed(text: str) -> Any:
    if len(text) > SIZE:
        raise _Refused(f"The reply is longer than {SIZE:,} characters.")
    if not text.strip():
        raise _Refused("The reply is empty.")
    if fenced := _FENCED.fullmatch(text):
        text = fenced[1]
    if _depth(text) > DEPTH:
        raise _Refused(f"The reply is nested deeper than {DEPTH}.")
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_int=_integer, parse_float=_number, parse_constant=_constant, strict=True
        )
    except json.JSONDecodeError as error:
        early = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        cut = "it ends too early" if early else f"line {error.lineno}, column {error.colno}"
        raise _Refused(f"The reply is not JSON ({cut}).") from None


def _depth(text: str) -> int:
    """How deep the brackets outside of strings are nested; more than DEPTH ends the count."""
    depth = deepest = 0
    for match in _BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        deepest = max(deepest, depth)
        if deepest > DEPTH:
            break
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Refused("An object has the same key twice.")
    return made


def _integer(text: str) -> int:
    if len(text) > _DIGITS:
        raise _Refused("A number has too many digits.")
    return int(text)


def _number(text: str) -> float:
    if len(text) > 2 * _DIGITS or not math.isfinite(value := float(text)):
        raise _Refused("A number is too large or too long.")
    return value


def _constant(_: str) -> float:
    raise _Refused("NaN and Infinity are no JSON.")


_KNOWN = {
    *("type", "enum", "const", "anyOf", "items", "properties", "required", "additionalProperties"),
    *("minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"),
    *("description", "title", "default", "$schema"),
}
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


def _problems(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """What does not fit, by path. A path is made of the schema's names and of indexes, never of the reply's keys."""
    if unknown := set(schema) - _KNOWN:
        raise ValueError(f"a reply's schema may not use {', '.join(sorted(unknown))}")
    yield from ((path, said) for said in _bounds(value))
    if "anyOf" in schema:
        tried = [next(_problems(value, one, path), None) for one in schema["anyOf"]]
        if all(tried):
            yield path, "fits none of the allowed shapes"
        return
    if "type" in schema:
        names = [schema["type"]] if isinstance(schema["type"], str) else list(schema["type"])
        if not any(_is(value, name) for name in names):
            yield path, f"is not of type {' or '.join(names)}"
            return
    if "enum" in schema and not any(_same(value, one) for one in schema["enum"]):
        yield path, f"is none of {', '.join(map(str, schema['enum']))}"
    if "const" in schema and not _same(value, schema["const"]):
        yield path, f"is not {schema['const']}"
    yield from ((path, said) for said in _limits(value, schema))
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from _problems(one, schema.get("items", {}), f"{path}[{index}]")
    elif isinstance(value, dict):
        yield from _members(value, schema, path)


def _members(value: Mapping[str, Any], schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    known = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield path, f'lacks "{name}"'
    # A schema that forgot to close its objects is closed all the same.
    if extra := len(value.keys() - known.keys()):
        yield path, f"has {extra} key{'s' if extra > 1 else ''} that the schema does not know"
    for name in known:
        if name in value:
            yield from _problems(value[name], known[name], f"{path}.{name}")


def _bounds(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) > STRING:
            yield f"is longer than {STRING:,} characters"
        if _SURROGATE.search(value):
            yield "holds half a surrogate pair"
    elif isinstance(value, list) and len(value) > ITEMS:
        yield f"has more than {ITEMS} items"


def _limits(value: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(value, str | list):
        least, most = ("minLength", "maxLength") if isinstance(value, str) else ("minItems", "maxItems")
        if not schema.get(least, 0) <= len(value) <= schema.get(most, len(value)):
            yield f"is not {schema.get(least, 0)} to {schema.get(most, 'any number of')} long"
    elif (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and not schema.get("minimum", value) <= value <= schema.get("maximum", value)
    ):
        yield f"is not between {schema.get('minimum', 'any')} and {schema.get('maximum', 'any')}"


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name])


def _same(value: Any, other: Any) -> bool:
    return type(value) is type(other) and bool(value == other)
