"""A process that answers model calls by files: `python answering.py DIR`, until it is ended.

Code review sees what grows by one, the verifier supports what it is asked, and security takes fright at `return value`.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

NAME = "scripted-1"


def claim(row: int, quote: str, kind: str) -> dict[str, Any]:
    return {
        "passage": "P1",
        "line": row,
        "end_line": row,
        "quote": quote,
        "kind": kind,
        "title": f"It is a matter of {kind}",
        "why": "With 20 rows of 10 there are 3 pages.",
        "body": "Count again.",
        "severity": "high",
        "confidence": "high",
        "suggestion": "",
    }


def seen(text: str, part: str) -> tuple[int, str] | None:
    """Number and text of the added line with that part."""
    found = re.search(rf"^(\d+)\|\+(.*{re.escape(part)}.*)$", text, re.MULTILINE)
    return (int(found[1]), found[2].strip()) if found else None


def reply(request: dict[str, Any]) -> dict[str, Any]:
    text = request["messages"][-1]["text"]
    if request["work"] == "summarise":
        return {"lines": ["It changes a function."], "diagram": ""}
    if request["agent"] == "verifier":
        row = seen(text, "size + 1") or seen(text, "return value")
        claims = sorted(set(re.findall(r"\[\[data (C\d+) ", text)))
        return {
            "verdicts": [
                {"claim": name, "reason": "So it is.", "passage": "P1", "quote": row[1] if row else "", "says": "supported"}
                for name in claims
            ]
        }
    found = []
    if request["agent"] == "code-review" and (place := seen(text, "size + 1")):
        found.append(claim(*place, "boundary"))
    if request["agent"] == "security" and (place := seen(text, "return value")):
        found.append(claim(*place, "trust-boundary"))
    return {"findings": found, "certainty": "high", "questions": []}


def answer(folder: Path) -> None:
    for file in (folder / "requests").glob("*.json"):
        response = folder / "responses" / file.name
        if not response.exists():
            usage = {"input_tokens": 100, "output_tokens": 20}
            value = reply(json.loads(file.read_text(encoding="utf-8")))
            beside = response.with_suffix(".new")
            beside.write_text(json.dumps({"value": value, "model": NAME, "usage": usage}), encoding="utf-8")
            beside.replace(response)


if __name__ == "__main__":
    parent = os.getppid()
    # Nobody is left to ask once the test is gone.
    while os.getppid() == parent:
        answer(Path(sys.argv[1]))
        time.sleep(0.02)
