"""The scan of an account: its repositories some at a time, and in the end one report.

Some dozens of repositories are one execution; then the orchestration continues as new, so that neither its history nor its
memory grow with the account. Between two executions there are digests only.
"""

from __future__ import annotations

from typing import Any

from durabletask import task

from fusion.scanning.wanted import Wanted, child_id
from orchestrations.waiting import Waits, mistake, patient

WINDOW = 8
"""Repositories at work at the same time."""
BATCH = 40
"""Repositories of one execution."""


def scan(ctx: task.OrchestrationContext, given: dict[str, Any]) -> Waits:
    """An account. Input: `{"account", "installation", "again", ...}` (`enumerate_repositories` says), or `{"targets": digest}`.

    Output: `{"status": "scanned", "report": digest, "repositories": n}`, or `failed` and why.
    """
    job: dict[str, Any] = {"run": ctx.instance_id}
    if "targets" not in given:
        ctx.set_custom_status("listing repositories")
        found = yield from patient(ctx, "enumerate_repositories", {**job, **given})
        if found["status"] != "found":
            return {"status": "failed", "message": found["message"]}
        given = {"targets": found["targets"]}
    job |= {"targets": given["targets"]}
    done, lines = given.get("done", 0), list(given.get("lines", []))

    picked = yield from patient(ctx, "pick_repositories", {**job, "from": done, "count": BATCH})
    if picked["status"] != "picked":
        return {"status": "failed", "message": picked["message"]}
    if picked["wanted"]:
        ctx.set_custom_status(f"{done} of {picked['all']} repositories are scanned")
        found_lines = yield from _batch(ctx, picked["wanted"])
        noted = yield from patient(ctx, "note_lines", {**job, "lines": found_lines["lines"]})
        if noted["status"] != "noted":
            return {"status": "failed", "message": noted["message"]}
        lines.append(noted["lines"])
        done += len(picked["wanted"])
    if done < picked["all"]:
        ctx.continue_as_new({"targets": job["targets"], "done": done, "lines": lines})
        return {}
    return (yield from _report(ctx, {**job, "lines": lines}))


def _batch(ctx: task.OrchestrationContext, wanted: list[dict[str, Any]]) -> Waits:
    """The lines of these repositories, a window of them at a time. One that fails does not fail the others."""
    lines: list[dict[str, Any]] = []
    waiting = list(reversed(wanted))
    running: list[tuple[task.Task[Any], dict[str, Any]]] = []
    while waiting or running:
        while waiting and len(running) < WINDOW:
            one = waiting.pop()
            id = child_id(ctx.instance_id, Wanted.model_validate(one))
            started: task.Task[Any] = ctx.call_sub_orchestrator(
                "scan_repository", input={"wanted": one, "within": ctx.instance_id}, instance_id=id
            )
            running.append((started, one))
        first = yield task.when_any([started for started, _ in running])
        _, one = running.pop(next(number for number, (started, _) in enumerate(running) if started == first))
        try:
            lines.append(first.get_result())
        except task.TaskFailedError as error:
            lines.append({"repository": one["repository"], "status": "failed", "reason": mistake(ctx, error)})
    return {"lines": lines}


def _report(ctx: task.OrchestrationContext, job: dict[str, Any]) -> Waits:
    """The account's report, sealed and recorded."""
    ctx.set_custom_status("writing the report")
    made = yield from patient(ctx, "fan_in", job)
    if made["status"] != "made":
        return {"status": "failed", "message": made["message"]}
    sealed = yield from patient(ctx, "seal_account", {**job, "report": made["report"]})
    recorded = yield from patient(ctx, "record_account", {**job, "report": made["report"], "chain": sealed.get("chain", "")})
    if recorded["status"] != "recorded":
        return {"status": "failed", "message": recorded["message"]}
    told = list(sealed.get("missed", []))
    if sealed["status"] not in ("sealed", "unsigned"):
        told = [f"The report was not sealed: {sealed['message']}"]
    message = {"message": " ".join(told)} if told else {}
    return {"status": "scanned", "report": made["report"], "repositories": made["repositories"], **message}


def scans(ctx: task.OrchestrationContext, given: dict[str, Any]) -> Waits:
    """The timer's round: a scan for each installation that has repositories due. Input: `{"event": ScansDue}`.

    Output: `{"scans": [ids], "failures": [...]}`.
    """
    job = {"run": ctx.instance_id, "event": given["event"]}
    found = yield from patient(ctx, "find_accounts", job)
    failures = [found["message"]] if found["status"] != "found" else []
    started: list[task.Task[Any]] = []
    ids: list[str] = []
    for installed in found.get("accounts", []):
        due = yield from patient(ctx, "find_due", {**job, **installed})
        if due["status"] != "found":
            failures.append(f"{installed['account']}: {due['message']}")
        elif due["due"]:
            ids.append(due["id"])
            started.append(ctx.call_sub_orchestrator("scan", input={"targets": due["targets"]}, instance_id=due["id"]))
    for each in started:
        try:
            ended = yield each
        except task.TaskFailedError as error:
            failures.append(mistake(ctx, error))
        else:
            failures += [ended["message"]] if ended["status"] == "failed" else []
    return {"scans": ids, "failures": failures}
