"""The review orchestration: fetch, collect evidence, plan, ask the agents, verify fixes, judge, record.

Deterministic by rule: string activity names, plain JSON in and out, no clock, no randomness, no I/O, every task yielded.
Large values travel as blob digests (claim checks), so that the history stays small.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from durabletask import task

from orchestrations.waiting import broken

JUDGE_ATTEMPTS = 5
"""How often a review is judged anew because another run wrote the same ledger in between."""


def review(ctx: task.OrchestrationContext, request: dict[str, Any]) -> Generator[task.Task[Any], Any, dict[str, Any]]:
    """One review. Input: a `Request` as JSON. Output: `{"status": ..., "review": digest, "verdict": ..., "findings": n}`.

    Status is `reviewed`, `empty` (the change has no files) or `refused` (the request cannot be served); with the last two
    `message` says why. Of a review that is published, an outage is a status as well: `unavailable`; it can be begun again.
    So is `failed`, where nothing can help.
    """
    job: dict[str, Any] = {"run": ctx.instance_id, "request": request}
    ctx.set_custom_status("fetching")
    fetched: dict[str, Any] = yield ctx.call_activity("fetch_change", input=job)
    # A forge that is away is an end of its own, and recorded.
    if fetched["status"] != "unavailable" and (away := broken(fetched)):
        return away
    if fetched["status"] != "fetched":
        yield ctx.call_activity("record", input={**job, "result": fetched})
        return fetched
    job["change"] = fetched["change"]

    ctx.set_custom_status("collecting evidence")
    looks: list[task.Task[Any]] = []
    for name in fetched["analyzers"]:
        looks.append(ctx.call_activity("collect_evidence", input={**job, "analyzer": name}))
    for digest in request.get("sarif", []):
        looks.append(ctx.call_activity("import_evidence", input={**job, "sarif": digest}))
    # `when_all` of nothing never completes, and a policy may switch off every analyzer and every agent.
    collected = (yield task.when_all(looks)) if looks else []
    if away := broken(*collected):
        return away
    job["evidence"] = [digest for digests in collected for digest in digests]

    ctx.set_custom_status("planning")
    plan = yield ctx.call_activity("plan", input={**job, "day": ctx.current_utc_datetime.date().isoformat()})
    if away := broken(plan):
        return away

    ctx.set_custom_status("asking the agents")
    asked: list[task.Task[Any]] = []
    ask = {name: job[name] for name in ("run", "request", "change", "evidence")}
    for number, work in enumerate(plan["tasks"]):
        asked.append(ctx.call_sub_orchestrator("agent", input={**ask, **work}, instance_id=f"{ctx.instance_id}:{number}"))
    if "walkthrough" in plan:
        overview = {**ask, "agent": "walkthrough", "prompt": plan["walkthrough"]} | (
            {"most": plan["most"]} if "most" in plan else {}
        )
        asked.append(ctx.call_sub_orchestrator("thought", input=overview, instance_id=f"{ctx.instance_id}:w"))
    reports = (yield task.when_all(asked)) if asked else []
    if away := broken(*reports):
        return away
    if "walkthrough" in plan:
        told = yield ctx.call_activity("read_walkthrough", input={**ask, "agent": "walkthrough", "thought": reports.pop()})
        if away := broken(told):
            return away
        reports.append(told["report"])
        job["walkthrough"] = told.get("walkthrough")
    job["quote"] = plan.get("quote")

    ctx.set_custom_status("verifying fixes")
    job["reports"] = yield ctx.call_activity("verify_fixes", input={**job, "reports": reports + plan["skipped"]})
    if away := broken(job["reports"]):
        return away

    ctx.set_custom_status("judging")
    for _ in range(JUDGE_ATTEMPTS):
        judged: dict[str, Any] = yield ctx.call_activity("judge", input=job)
        if away := broken(judged):
            return away
        recorded = yield ctx.call_activity("record", input={**job, "result": judged})
        if away := broken(recorded):
            return away
        if recorded:
            summary: dict[str, Any] = judged["summary"]
            return summary
    raise RuntimeError(f"another run changed the ledger {JUDGE_ATTEMPTS} times while this one was judged; run the review again")
