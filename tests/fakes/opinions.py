"""A model that plays the whole team: it finds what it is told to find, lets every claim stand, and says what a change does.

It knows what it is asked by the schema of the reply, and code by how it is shown; so it answers prompts and requests alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fusion.model import Prompt
from tests.fakes.cloud import Asked, Step, says

Finds = Callable[[str, str], bool]
"""Told the first kind of finding that the agent knows, and a line of a diff with its `+`: whether it has something to say."""
TITLE = "The last item is counted twice"
TOLD = "It changes how things are counted."
_PASSAGE = re.compile(r"\[\[data (?P<name>P\d+) (?P<mark>\w+)\]\]\n(?P<body>.*?)\n\[\[end (?P=name) (?P=mark)\]\]", re.DOTALL)
_ROW = re.compile(r"^(?P<number>\d+)\|(?P<text>.*)$", re.MULTILINE)
_CLAIM = re.compile(r"\[\[data (C\d+) ")


def opinion(schema: Mapping[str, Any], text: str, *, finds: Finds) -> dict[str, Any]:
    """The reply to a prompt whose last message is `text`."""
    names = schema["properties"]
    if "lines" in names:
        return {"lines": [TOLD], "diagram": ""}
    if "verdicts" in names:
        name, _, line = next(_added(text), ("", 0, ""))
        decided = {"passage": name, "quote": line, "reason": "The loop begins with it.", "says": "supported"}
        return {"verdicts": [{"claim": claim, **decided} for claim in _CLAIM.findall(text)]}
    if "findings" not in names:
        return {"status": "declined", "text": "It cannot be told.", "passage": "", "quote": ""}
    kind = names["findings"]["items"]["properties"]["kind"]["enum"][0]
    found = [_claim(kind, *place) for place in _added(text) if finds(kind, place[2])]
    return {"findings": found[:3], "certainty": "high"} | ({"questions": []} if "questions" in names else {})


def replied(prompt: Prompt, *, finds: Finds) -> str:
    """The reply to a prompt."""
    return json.dumps(opinion(prompt.reply_schema, prompt.messages[-1].text, finds=finds))


def scripted(finds: Finds, **changes: Any) -> Callable[[Asked], Step]:
    """The script of a cloud; `changes` are those of its steps."""
    return lambda asked: says(
        json.dumps(opinion(asked.schema or {}, str(asked.messages[-1]["content"]), finds=finds)), **changes
    )


def _added(text: str) -> Iterator[tuple[str, int, str]]:
    """Each new line in a passage that is a part of the change: the passage's name, its number there, and the line."""
    for passage in _PASSAGE.finditer(text):
        if '@kind "change"' in passage["body"]:
            for row in _ROW.finditer(passage["body"]):
                if row["text"].startswith("+") and row["text"][1:].strip():
                    yield passage["name"], int(row["number"]), row["text"]


def _claim(kind: str, passage: str, line: int, quote: str) -> dict[str, Any]:
    return {
        "passage": passage,
        "line": line,
        "end_line": line,
        "quote": quote,
        "kind": kind,
        "title": TITLE,
        "why": f"With one item the sum is doubled: {kind}.",
        "body": "Begin with nothing, and add each item once.",
        "severity": "high",
        "confidence": "high",
        "suggestion": "",
    }
