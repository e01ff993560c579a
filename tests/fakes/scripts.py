"""Scripted activities: they answer from a table and remember what they were asked. Orchestrators run on them alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fusion.engine import Engine, InstanceState, Worker
from fusion.engine.replay import Recording, record
from orchestrations.registry import ORCHESTRATORS, VERSION

FETCHED = {"status": "fetched", "change": "sha256:c", "analyzers": ["bandit", "ruff"]}
PLAN = {"tasks": [{"agent": "security", "task": "sha256:t1"}, {"agent": "tests", "task": "sha256:t2"}], "skipped": ["sha256:s"]}
SUMMARY = {"status": "reviewed", "review": "sha256:r", "verdict": "pass", "findings": 0}


REPOSITORIES = [{"repository": f"octo/shop-{number}"} for number in range(50)]


def pick(job: dict[str, Any]) -> dict[str, Any]:
    """Some of the repositories of an account that has more than one execution takes."""
    return {
        "status": "picked",
        "wanted": REPOSITORIES[job["from"] : job["from"] + job["count"]],
        "all": len(REPOSITORIES),
    }


class Waiting:
    """Asks to wait once, then has published."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, _job: dict[str, Any]) -> dict[str, Any]:
        self.times += 1
        return {"status": "published"} if self.times > 1 else {"status": "wait", "seconds": 0.01}


class Script:
    """Activities that answer from a table and remember what they were asked."""

    def __init__(self, **answers: Any) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, Any] = {
            "fetch_change": FETCHED,
            "collect_evidence": lambda job: [f"sha256:{job['analyzer']}"],
            "import_evidence": lambda job: [f"{job['sarif']}-report"],
            "plan": PLAN,
            "ask_agent": {},
            "route": {"way": "cloud", "route": {"endpoint": "large"}},
            "write_notes": {"notes": []},
            "follow_up": {"prompt": "sha256:p2", "calls": []},
            "ask_verifier": {"prompts": []},
            "hear_verifier": lambda job: f"verified {job['report']}",
            "submit_inference": {"seconds": 30},
            "collect_inference": {"completion": "sha256:completion", "calls": ["sha256:call"]},
            "read_walkthrough": {"report": "sha256:wr", "walkthrough": "sha256:w"},
            "complete": {"completion": "sha256:completion", "calls": ["sha256:call"]},
            "read_agent": lambda job: f"report of {job['agent']} with {job['completion']}",
            "fail_agent": lambda job: f"failed {job['agent']}: {job['reason']}",
            "verify_fixes": lambda job: job["reports"],
            "judge": {"summary": SUMMARY, "ledger": "sha256:l", "etag": None},
            "record": True,
            "announce": {"status": "published"},
            "learn_decisions": {"status": "learnt", "changed": 1},
            "publish": Waiting(),
            "settle": {"status": "published"},
            "ask_again": {"status": "asked"},
            "hear": {"status": "permitted"},
            "obey": {"status": "obeyed", "say": "Done."},
            "answer": {"status": "answered"},
            "begin_fix": {"status": "asking", "prompt": "sha256:p", "brief": "sha256:b"},
            "try_fix": {"status": "fixed", "fix": "sha256:f", "how": "model"},
            "end_fix": {"status": "ended", "receipt": "1 call"},
            "offer_fix": {"status": "obeyed", "say": "A patch.", "thread": 7},
            "announce_group": {"status": "announced", "check": 7},
            "look_at_group": {"status": "known", "members": [[12, "success"]]},
            "conclude_group": {"status": "concluded", "conclusion": "success"},
            "find_undelivered": {"status": "found", "attempts": [1, 2]},
            "redeliver": {"status": "redelivered"},
            "find_installations": {"status": "found", "installations": [{"installation": 5, "since": "2025-01-01"}]},
            "find_unseen": {"status": "found", "found": 3},
            "read_posture": lambda job: {
                **{"status": "read", "wanted": job["wanted"], "posture": "sha256:p", "commit": "c0ffee"},
                "request": {"kind": "tree", "publish": True},
            },
            "read_tree": {"status": "read", "reading": "sha256:draft", "parts": 2},
            "read_files": lambda job: {"status": "read", "files": f"sha256:files{job['part']}"},
            "join_tree": {"status": "joined", "reading": "sha256:r", "change": "sha256:c", "analyzers": ["bandit", "ruff"]},
            "read_history": {"status": "looked", "history": ["sha256:h"]},
            "take_inventory": {"status": "taken", "inventory": "sha256:i"},
            "assess_repository": {"status": "assessed", "scan": "sha256:scan", "basis": {}},
            "seal_scan": {"status": "sealed", "chain": "sha256:link", "missed": []},
            "record_scan": lambda job: {
                **{"status": "recorded", "issues": True},
                "line": {"repository": job["wanted"]["repository"], "status": "scanned", "digest": job["scan"]},
            },
            "file_issues": {"status": "filed", "message": "1 issue opened."},
            "end_scan": lambda job: {
                "status": "ended",
                "line": {"repository": job["wanted"]["repository"], "status": job["end"]["status"]},
            },
            "enumerate_repositories": {"status": "found", "targets": "sha256:targets"},
            "pick_repositories": pick,
            "note_lines": lambda job: {"status": "noted", "lines": f"sha256:lines{len(job['lines'])}"},
            "fan_in": {"status": "made", "report": "sha256:report", "repositories": len(REPOSITORIES)},
            "seal_account": {"status": "sealed", "chain": "sha256:link", "missed": []},
            "record_account": {"status": "recorded"},
            "find_accounts": {"status": "found", "accounts": [{"account": "octo", "installation": 5}]},
            "find_due": {"status": "found", "due": 2, "id": "scan-octo", "targets": "sha256:targets"},
            **answers,
        }

    def worker(self) -> Worker:
        worker = Worker()
        for name, orchestrator in ORCHESTRATORS.items():
            worker.add_orchestrator(orchestrator, name=name)
        for name in self.answers:
            worker.add_activity(name, self._activity(name))
        return worker

    def _activity(self, name: str) -> Any:
        async def activity(_ctx: object, job: dict[str, Any]) -> Any:
            self.asked.append((name, job))
            answer = self.answers[name]
            return answer(job) if callable(answer) else answer

        return activity

    def jobs(self, name: str) -> list[dict[str, Any]]:
        return [job for asked, job in self.asked if asked == name]


async def run(
    path: Path, script: Script, request: Mapping[str, Any], *, name: str = "review"
) -> tuple[InstanceState, list[Recording]]:
    """One orchestration to its end, and what it recorded."""
    async with Engine(path, script.worker(), version=VERSION) as engine:
        await engine.start(name, dict(request), "review-1")
        state = await engine.wait("review-1", timeout=240)
        return state, record(engine, "review-1")
