"""Builders of reviews and their parts: small defaults that any field can override. Whole reviews are in `scenes`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fusion.model import (
    Category,
    Confidence,
    Coverage,
    Edit,
    Evidence,
    FileCoverage,
    Finding,
    Fix,
    Location,
    Outcome,
    Placement,
    Provenance,
    Report,
    Review,
    Severity,
    ToolRun,
    Usage,
    Verdict,
)

BASE = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"
HEAD = "9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c"
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


def location(path: str = "app/db.py", line: int = 42, end_line: int | None = None, **fields: Any) -> Location:
    """A place; one line unless told otherwise."""
    return Location(path=path, line=line, end_line=end_line or line, **fields)


def evidence(tool: str = "ruff", rule: str = "S608", **fields: Any) -> Evidence:
    """One witness."""
    return Evidence(
        **{
            "id": f"{tool}-{rule}-1",
            "tool": tool,
            "tool_version": "1.0",
            "rule": rule,
            "family": "sql-injection",
            "category": Category.SECURITY,
            "message": "Query text is built from a variable",
            "severity": Severity.HIGH,
            "confidence": Confidence.LIKELY,
            "location": location(),
            "fingerprint": "f1a9c0de",
            "cwe": (89,),
            **fields,
        }
    )


def finding(**fields: Any) -> Finding:
    """An inline, blocking finding with two witnesses."""
    return Finding(
        **{
            "fingerprint": "f1a9c0de",
            "agent": "security",
            "family": "sql-injection",
            "category": Category.SECURITY,
            "title": "SQL text is built from request data",
            "body": "Whoever calls the search can add SQL of their own.\n\nPass `name` as a parameter, not as text.",
            "severity": Severity.HIGH,
            "confidence": Confidence.LIKELY,
            "location": location(column=20, end_column=68),
            "snippet": '    cursor.execute("SELECT * FROM users WHERE name = \'" + name + "\'")\n',
            "symbol": "Users.find",
            "cwe": (89,),
            "evidence": (evidence(), evidence("bandit", "B608", message="Possible SQL injection")),
            "placement": Placement.INLINE,
            "blocking": True,
            **fields,
        }
    )


def fix(path: str = "app/db.py", line: int = 42, before: str = "", after: str = "", **fields: Any) -> Fix:
    """A verified fix that replaces one line."""
    before = before or '    cursor.execute("SELECT * FROM users WHERE name = \'" + name + "\'")'
    after = after or '    cursor.execute("SELECT * FROM users WHERE name = ?", (name,))'
    patch = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -{line},1 +{line},1 @@\n-{before}\n+{after}\n"
    return Fix(
        **{
            "title": "Pass the value as a parameter",
            "edits": (Edit(path=path, line=line, column=1, end_line=line + 1, end_column=1, text=after + "\n"),),
            "verified": True,
            "patch": patch,
            **fields,
        }
    )


def run(tool: str = "ruff", outcome: Outcome = Outcome.OK, **fields: Any) -> ToolRun:
    """One analyzer's receipt."""
    isolation = "" if outcome is Outcome.SKIPPED else "user and network namespaces, no network"
    return ToolRun(**{"tool": tool, "outcome": outcome, "version": "1.0", "isolation": isolation, "seconds": 0.4, **fields})


def coverage(**fields: Any) -> Coverage:
    """Two files read by two tools and two agents."""
    return Coverage(
        **{
            "files": (
                FileCoverage(path="app/db.py", reviewed=True, by=("ruff", "bandit", "security")),
                FileCoverage(path="app/api.py", reviewed=True, by=("ruff", "bandit", "security")),
            ),
            "tools": (
                run("ruff", read=("app/db.py", "app/api.py"), hits=1),
                run("bandit", read=("app/db.py", "app/api.py"), hits=1),
            ),
            "agents": (Report(agent="code-review", outcome=Outcome.OK), Report(agent="security", outcome=Outcome.OK)),
            "notes": ("No model is configured: no model reasoned about this change.",),
            **fields,
        }
    )


def review(**fields: Any) -> Review:
    """A passing review of a pull request without findings."""
    return Review(
        **{
            "id": "review-5d2c",
            "repository": "acme/shop",
            "subject": "pull:12",
            "base": BASE,
            "head": HEAD,
            "title": "Let people search for users",
            "verdict": Verdict.PASS,
            "reasons": ("Nothing was found in what was read.",),
            "coverage": coverage(),
            "policy_origin": ".fusion.yml at 1a2b3c4",
            "usage": Usage(seconds=3.2),
            "provenance": Provenance(repository="acme/shop", visibility="private", run="review-5d2c", at=NOW),
            **fields,
        }
    )
