"""The orchestrations of scans with scripted activities that every host can run: an account of five repositories.

Its repositories come in two executions; one is gone, one has a history that is read in goes, and one fails. Each part of a
tree is waited for once, as where GitHub limits requests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from orchestrations.scan import scan
from orchestrations.scan_repository import scan_repository

calls: Counter[str] = Counter()
"""How often each part of a tree was asked for."""
REPOSITORIES = [{"repository": f"octo/{name}"} for name in ("calm", "gone", "old", "odd", "last")]
AT_ONCE = 3
"""Repositories of one execution."""


def _repository(job: dict[str, Any]) -> str:
    return str(job["wanted"]["repository"])


def _line(job: dict[str, Any], status: str) -> dict[str, Any]:
    return {"repository": _repository(job), "status": status}


def pick_repositories(_ctx: Any, job: dict[str, Any]) -> dict[str, Any]:
    some = REPOSITORIES[job["from"] : job["from"] + AT_ONCE]
    return {"status": "picked", "wanted": some, "all": len(REPOSITORIES)}


def read_posture(_ctx: Any, job: dict[str, Any]) -> dict[str, Any]:
    if _repository(job) == "octo/gone":
        return {"status": "gone", "message": "It was deleted."}
    return {"status": "read", "wanted": job["wanted"], "posture": "sha256:p", "commit": "c0ffee", "request": {"kind": "tree"}}


def read_files(_ctx: Any, job: dict[str, Any]) -> dict[str, Any]:
    calls[part := f"{job['run']} {job['part']}"] += 1
    if calls[part] == 1:
        return {"status": "wait", "seconds": 0.01, "message": "The rate limit is used up."}
    return {"status": "read", "files": f"sha256:files{job['part']}"}


def join_tree(_ctx: Any, job: dict[str, Any]) -> dict[str, Any]:
    history = _repository(job) == "octo/old"
    return {
        "status": "joined",
        "reading": "sha256:r",
        "change": "sha256:c",
        "analyzers": ["bandit", "ruff"],
        "history": history,
    }


def collect_evidence(_ctx: Any, job: dict[str, Any]) -> Any:
    if job["analyzer"] == "ruff" and "so_far" not in job:
        return {"status": "more", "so_far": "sha256:half"}
    return [f"sha256:{job['analyzer']}"]


def read_history(_ctx: Any, job: dict[str, Any]) -> dict[str, Any]:
    if "so_far" not in job:
        return {"status": "more", "so_far": "sha256:some"}
    return {"status": "looked", "history": ["sha256:h"]}


def assess_repository(_ctx: Any, job: dict[str, Any]) -> dict[str, Any]:
    if _repository(job) == "octo/odd":
        raise RuntimeError("something of this machine")
    return {"status": "assessed", "scan": f"sha256:scan{len(job.get('history', ()))}", "basis": {}}


def record_scan(_ctx: Any, job: dict[str, Any]) -> dict[str, Any]:
    return {"status": "recorded", "issues": True, "line": {**_line(job, "scanned"), "digest": job["scan"]}}


def end_scan(_ctx: Any, job: dict[str, Any]) -> dict[str, Any]:
    end = job["end"]
    return {"status": "ended", "line": {**_line(job, end["status"]), "reason": end["message"]}}


def note_lines(_ctx: Any, job: dict[str, Any]) -> dict[str, Any]:
    told = sorted(f"{line['repository']}: {line['status']}" for line in job["lines"])
    return {"status": "noted", "lines": ", ".join(told)}


def fan_in(_ctx: Any, job: dict[str, Any]) -> dict[str, Any]:
    return {"status": "made", "report": "; ".join(job["lines"]), "repositories": len(REPOSITORIES)}


def _always(name: str, answer: dict[str, Any]) -> Callable[[Any, Any], dict[str, Any]]:
    def activity(_ctx: Any, _job: Any) -> dict[str, Any]:
        return answer

    activity.__name__ = activity.__qualname__ = name
    return activity


ORCHESTRATORS = (scan, scan_repository)
ACTIVITIES = (
    *(pick_repositories, read_posture, read_files, join_tree, collect_evidence, read_history, assess_repository),
    *(record_scan, end_scan, note_lines, fan_in),
    _always("enumerate_repositories", {"status": "found", "targets": "sha256:targets"}),
    _always("read_tree", {"status": "read", "reading": "sha256:draft", "parts": 2}),
    _always("take_inventory", {"status": "taken", "inventory": "sha256:i"}),
    _always("seal_scan", {"status": "sealed", "chain": "sha256:link", "missed": []}),
    _always("file_issues", {"status": "denied", "message": "It needs issues: write."}),
    _always("seal_account", {"status": "sealed", "chain": "sha256:link", "missed": ["The anchor is away."]}),
    _always("record_account", {"status": "recorded"}),
)
