"""Briefs, tasks and models' replies for the tests of what agents make of them."""

from __future__ import annotations

from typing import Any

from fusion.model import AgentTask, Brief, Completion, Passage, Usage

DIFF = """\
 def page(items, number, size=20):
-    start = (number - 1) * size
+    start = number * size
+    # as agreed
     return items[start : start + size]"""
"""Lines 10 to 13 at head."""


def passage(text: str = DIFF, *, name: str = "P1", path: str = "shop/pages.py", at: int = 10, **fields: Any) -> Passage:
    """A passage that begins at line `at` of the head; of a diff, removed lines have no number there."""
    kind = fields.setdefault("kind", "change")
    lines, number = [], at
    for row in text.split("\n"):
        removed = kind == "change" and row.startswith("-")
        lines.append(0 if removed else number)
        number += not removed
    return Passage(name=name, path=path, text=text, lines=tuple(lines), **fields)


def brief_of(*passages: Passage, **fields: Any) -> Brief:
    """A brief of some passages."""
    return Brief(topic="shop/pages.py: page", passages=passages or (passage(symbol="page"),), **fields)


def task_of(agent: str = "code-review", brief: Brief | None = None) -> AgentTask:
    """A task that shows a model a brief."""
    return AgentTask(agent=agent, id=f"{agent}-2", brief=brief or brief_of(), read=("shop/pages.py",))


def claim(**fields: Any) -> dict[str, Any]:
    """One finding as a model words it."""
    return {
        "passage": "P1",
        "line": 3,
        "end_line": 3,
        "quote": "+    start = number * size",
        "kind": "contract",
        "title": "The first page is skipped",
        "why": "`page(rows, 1)` starts at 20.",
        "body": "Keep the old formula.",
        "severity": "high",
        "confidence": "high",
        "suggestion": "",
    } | fields


def reply(*claims: dict[str, Any], **fields: Any) -> Completion:
    """An agent's reply."""
    return answer({"findings": list(claims), "certainty": "high", "questions": []} | fields)


def answer(value: dict[str, Any], model: str = "large-1") -> Completion:
    """Any reply."""
    return Completion(value=value, model=model, usage=Usage(input_tokens=900, output_tokens=80))
