"""The policy file for readers: its JSON Schema, the commented template of `fusion init`, and the reference table.

All three are made from the types in `fusion.policy.rules`, so that none can fall behind.
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic.fields import FieldInfo

from fusion.model import Record
from fusion.policy.rules import Policy
from fusion.policy.shape import item_of, record_of, words

_EXAMPLES = {
    "ignore": '["docs/archive/**", "*.drawio"]',
    "generated": '["api/client/**"]',
    "instructions": '[{paths: ["billing/**"], text: "Amounts are integers in cents; never floats."}]',
    "floors": '[{severity: low}, {paths: ["scripts/**"], severity: high}]',
    "agents": "{documentation: false}",
    "analyzers": "{lizard: false}",
    "required": "[secrets, bandit]",
    "exceptions": '[{check: sbom, owner: ada, reason: "Next year.", approver: grace, expires: 2027-06-30}]',
}
_HEAD = """\
# Fusion's policy for this repository. A change is reviewed under the file of its base branch, never under its own.
# Every key is optional and stands here with its default. Paths are patterns as in .gitignore.
"""


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of `.fusion.yml`, for editors."""
    described: dict[str, Any] = Policy.model_json_schema()
    described["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    described["title"] = "Fusion policy (.fusion.yml)"
    for record in _records(Policy):
        target = described if record is Policy else described["$defs"][record.__name__]
        for name, text in _docs(record).items():
            target["properties"][name]["description"] = text
            if text.endswith(" Required."):
                target.setdefault("required", []).append(name)
    return described


def template() -> str:
    """A commented `.fusion.yml` that says what the defaults are: loading it gives `Policy()`."""
    blocks = [_HEAD]
    for name, field in Policy.model_fields.items():
        record = record_of(field.annotation)
        lines = [_comment(_docs(Policy)[name], "")]
        if name in _EXAMPLES:
            lines.append(f"# For example: {name}: {_EXAMPLES[name]}")
        inner = record_of(item_of(field.annotation))
        if inner is not None:
            lines += [_comment(f"{key}: {_lower(text)}", "") for key, text in _docs(inner).items()]
        if record is None:
            lines.append(f"{name}: {_written(field.get_default(call_default_factory=True))}")
        else:
            lines.append(f"{name}:")
            for key, part in record.model_fields.items():
                lines.append(_comment(_docs(record)[key], "  "))
                if key in _EXAMPLES:
                    lines.append(f"# For example: {name}: {{{key}: {_EXAMPLES[key]}}}")
                entry = record_of(item_of(part.annotation))
                if entry is not None:
                    lines += [_comment(f"{key}: {_lower(text)}", "  ") for key, text in _docs(entry).items()]
                lines.append(f"  {key}: {_written(part.get_default(call_default_factory=True))}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def reference() -> str:
    """A Markdown table of every key: its type, default and meaning."""
    rows = ["| key | value | default | meaning |", "|---|---|---|---|"]
    for key, field, text in _keys(Policy, ""):
        is_required = field.is_required() or text.endswith(" Required.")
        default = "required" if is_required else f"`{_written(field.get_default(call_default_factory=True))}`"
        rows.append(f"| `{key}` | {words(field.annotation, field)} | {default} | {text} |")
    return "\n".join(rows) + "\n"


def _keys(record: type[Record], prefix: str) -> Iterator[tuple[str, FieldInfo, str]]:
    for name, field in record.model_fields.items():
        inner = record_of(field.annotation)
        if inner is None:
            yield prefix + name, field, _docs(record)[name]
            inner = record_of(item_of(field.annotation))
            if inner is not None:
                yield from _keys(inner, f"{prefix}{name}[].")
        else:
            yield from _keys(inner, f"{prefix}{name}.")


def _records(record: type[Record]) -> Iterator[type[Record]]:
    yield record
    for field in record.model_fields.values():
        inner = record_of(field.annotation) or record_of(item_of(field.annotation))
        if inner is not None:
            yield from _records(inner)


@cache
def _docs(record: type[Record]) -> dict[str, str]:
    """The docstring below each field. Pydantic can do this at class creation, at the price of a slower import."""
    body = ast.parse(textwrap.dedent(inspect.getsource(record))).body[0]
    assert isinstance(body, ast.ClassDef)
    docs: dict[str, str] = {}
    for field, doc in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(doc, ast.Expr):
            docs[field.target.id] = " ".join(str(ast.literal_eval(doc.value)).split())
    return docs


def _written(value: Any) -> str:
    """A default the way one writes it in YAML's flow style."""
    if isinstance(value, Record):
        return _written({name: getattr(value, name) for name in type(value).model_fields})
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_written(item)}" for name, item in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(_written(item) for item in value) + "]"
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str) and value.isalpha():
        return value
    return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)


def _comment(text: str, indent: str) -> str:
    return "\n".join(textwrap.wrap(text, width=110, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# "))


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
